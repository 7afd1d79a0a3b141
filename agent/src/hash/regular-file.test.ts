/** What is opened, and what is not even opened; swapped-paths.test.ts swaps what is at a path meanwhile. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRegularFile, openRegularFileAside, type RegularFileOptions } from './regular-file.ts';

type Outcome = 'opened' | 'not-regular' | 'not-wanted';
const ways = {
  'at once': async (path: string, options?: RegularFileOptions): Promise<Outcome> => {
    const file = openRegularFile(path, options);
    if (typeof file === 'string') return file;
    expect(readFileSync(file.descriptor, 'latin1')).toBe('content');
    closeSync(file.descriptor);
    return 'opened';
  },
  aside: async (path: string, options?: RegularFileOptions): Promise<Outcome> => {
    const file = await openRegularFileAside(path, options);
    if (typeof file === 'string') return file;
    expect(await file.readFile('latin1')).toBe('content');
    await file.close();
    return 'opened';
  },
};

let folder: string;
let writer: ChildProcess | undefined;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'regular-')));
  writeFileSync(at('file'), 'content');
  symlinkSync('file', at('link'));
  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync('fifo', at('to-fifo'));
});
afterEach(() => {
  writer?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe.each(Object.entries(ways))('%s', (_, open) => {
  test('a regular file is opened, behind a link when that is wanted, and nothing else', async () => {
    expect(await open(at('file'))).toBe('opened');
    expect(await open(at('link'), { followLink: true })).toBe('opened');
    for (const name of ['fifo', 'to-fifo', '.'])
      expect(await open(at(name), { followLink: true }), name).toBe('not-regular');
    await expect(open(at('missing'))).rejects.toThrow('ENOENT');
  });

  test.runIf(process.platform === 'linux')('a link that is not followed is no regular file', async () => {
    expect(await open(at('link'))).toBe('not-regular');
  });

  test.runIf(process.platform === 'linux')('who decides is told the real path', async () => {
    const asked: unknown[] = [];
    const isWanted = (stats: { size: bigint }, realPath?: string): boolean => {
      asked.push(stats.size, realPath);
      return false;
    };
    expect(await open(at('link'), { followLink: true, isWanted })).toBe('not-wanted');
    expect(asked).toEqual([7n, at('file')]);
  });

  test.runIf(process.platform === 'linux')('nothing else is even opened: its writer waits on', async () => {
    writer = spawn('/bin/sh', ['-c', ': > fifo; : > opened'], { cwd: folder, stdio: 'ignore' });
    await sleep(300);
    for (const name of ['fifo', 'to-fifo'])
      expect(await open(at(name), { followLink: true })).toBe('not-regular');
    await sleep(300);
    expect(existsSync(at('opened'))).toBe(false);
    readFileSync(at('fifo'));
    await expect.poll(() => existsSync(at('opened'))).toBe(true);
  });
});
