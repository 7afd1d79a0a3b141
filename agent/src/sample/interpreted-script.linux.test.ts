import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isInterpreter, type ReadableScripts, readScript, scriptNamed } from './interpreted-script.linux.ts';
import { LinuxProcessTable } from './process-list.linux.ts';

describe('where the script is named', () => {
  test.each([
    [['python3', '/usr/bin/meld', '--newtab', 'a'], '/usr/bin/meld'],
    [['/usr/bin/python3', '-Es', '/usr/bin/tool'], '/usr/bin/tool'],
    [['/usr/bin/perl', '-wT', 'tool'], 'tool'],
    [['awk', '-f', './sums'], './sums'],
    [['node', '-r', 'module', 'script'], undefined],
    [['/usr/bin/python3', '-B', '-O', 'tool.py'], 'tool.py'],
    [['sh', '-x', './run'], './run'],
    [['bash', '--norc', '--', 'run'], 'run'],
    [['sh', '-c', 'rm secret'], undefined],
    [['bash', '-lc', 'secret'], undefined],
    [['python3', '-m', 'http.server'], undefined],
    [['node', '-e', 'secret()'], undefined],
    [['perl', '-pe', 's/a/b/', 'file'], undefined],
    [['python3', '-'], undefined],
    [['python3'], undefined],
    [['python3', ''], undefined],
    [[], undefined],
    [['node', '--a', '--b', '--c', '--d', '--e', 'far'], undefined],
  ])('%j', (words, named) => {
    expect(scriptNamed(words[0] ?? 'sh', words)).toBe(named);
  });

  test('which programs are interpreters', () => {
    for (const path of [
      '/usr/bin/python3.11',
      '/bin/dash',
      '/usr/bin/perl5.36.0',
      '/opt/n/bin/node',
      '/usr/bin/lua5.4',
    ])
      expect(isInterpreter(path), path).toBe(true);
    for (const path of ['/usr/bin/vim', '/usr/bin/less', '/usr/bin/pythonic-tool', '/usr/sbin/sshd'])
      expect(isInterpreter(path), path).toBe(false);
  });
});

describe('of processes', () => {
  let folder: string;
  const running: ChildProcess[] = [];
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleetmeter-script-')));
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\nread line\n', { mode: 0o755 });
    symlinkSync('tool', join(folder, 'alias'));
    mkdirSync(join(folder, 'server'));
    symlinkSync('server/../tool', join(folder, 'to-server'));
    writeFileSync(join(folder, 'plain'), 'read line\n', { mode: 0o755 });
    writeFileSync(join(folder, 'data'), '#!/bin/sh\nread line\n', { mode: 0o644 });
    mkdirSync(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    chmodSync(join(folder, 'fifo'), 0o755);
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function started(program: string, ...args: string[]): Promise<number> {
    const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
    running.push(child);
    await sleep(100);
    return child.pid as number;
  }
  const scriptOf = (
    pid: number,
    { mayRead = () => true, mayPass = () => true }: Partial<ReadableScripts> = {},
  ) => readScript(`/proc/${pid}`, '/bin/sh', { mayRead, mayPass })?.path;

  test('however it was started, and behind links', async () => {
    const tool = join(folder, 'tool');
    expect(scriptOf(await started(tool, 'secret'))).toBe(tool);
    expect(scriptOf(await started('/bin/sh', './tool'))).toBe(tool);
    expect(scriptOf(await started(join(folder, 'alias')))).toBe(tool);
  });

  test('no file that is not a program counts, and nothing is waited for', async () => {
    for (const name of ['plain', 'data', 'folder', 'fifo', 'missing', '/dev/zero', '/dev/tty'])
      expect(scriptOf(await started('/bin/sh', name)), name).toBe(undefined);
    expect(scriptOf(await started('/bin/sh', '-c', `read line # ${folder}/tool`))).toBe(undefined);
  });

  test('only a regular file is ever opened, also behind links: who waits for a reader of another one waits on', async () => {
    const opened = join(folder, 'opened');
    execFileSync('mkfifo', ['-m', '755', join(folder, 'waited-for')]);
    await started('/bin/sh', '-c', ': > waited-for; : > opened');
    const fake = join(folder, 'process');
    mkdirSync(fake);
    symlinkSync('/', join(fake, 'root'));
    symlinkSync(folder, join(fake, 'cwd'));
    symlinkSync('waited-for', join(folder, 'to-fifo'));
    for (const name of [
      'waited-for',
      './to-fifo',
      join(folder, 'waited-for'),
      join(folder, 'folder/../to-fifo'),
      'tool',
    ]) {
      writeFileSync(join(fake, 'cmdline'), `sh\0${name}\0`);
      const script = readScript(fake, '/bin/sh', { mayRead: () => true, mayPass: () => true });
      expect(script?.path, name).toBe(name === 'tool' ? join(folder, 'tool') : undefined);
    }
    await sleep(300);
    expect(existsSync(opened)).toBe(false);
    readFileSync(join(folder, 'waited-for'));
    await expect.poll(() => existsSync(opened)).toBe(true);
  });

  test('what may not be read is not opened', async () => {
    const asked: string[] = [];
    const mayRead = (path: string): boolean => {
      asked.push(path);
      return false;
    };
    expect(scriptOf(await started('/bin/sh', './alias'), { mayRead })).toBe(undefined);
    expect(asked).toEqual([join(folder, 'tool')]);
  });

  test.each([
    ['links there', 'to-server'],
    ['goes there and up again', 'server/../tool'],
  ])('a way that %s is not followed over what must not be looked at', async (_, name) => {
    const asked: string[] = [];
    const mayPass = (path: string): boolean => {
      asked.push(path);
      return path !== join(folder, 'server');
    };
    const pid = await started('/bin/sh', name);
    expect(scriptOf(pid)).toBe(join(folder, 'tool'));
    expect(scriptOf(pid, { mayPass })).toBe(undefined);
    expect(asked.at(-1)).toBe(join(folder, 'server'));
  });

  test('a sample shows interpreter and script, with one life, and nothing of the other arguments', async () => {
    const table = new LinuxProcessTable();
    const pid = await started(join(folder, 'tool'), 'canary-argument');
    const seen = (await table.read())?.processes.filter(({ process }) => process.startsWith(`${pid}:`)) ?? [];
    expect(seen.map(({ program, interpreter }) => [program.path, interpreter])).toEqual([
      [realpathSync('/bin/sh'), undefined],
      [join(folder, 'tool'), seen[0]?.process],
    ]);
    expect(seen[1]?.startedBootMs).toBe(seen[0]?.startedBootMs);
    expect(seen[1]?.origin).toBe(seen[0]?.origin);
    expect(JSON.stringify(seen)).not.toContain('canary');
    running.at(-1)?.kill('SIGKILL');
    await sleep(100);
    const after = (await table.read())?.processes.filter(({ process }) => process.startsWith(`${pid}:`));
    expect(after).toEqual([]);
  });
});
