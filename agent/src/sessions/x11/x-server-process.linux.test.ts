/** Who holds a socket, among processes that hold very many things. */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ScriptedXServer } from '../fixtures/scripted-x-server.ts';
import { listeningInode, serverProcess } from './x-server-process.linux.ts';

const SOCKET = '/tmp/.X11-unix/X3';
const uid = process.geteuid?.() ?? 0;
let proc: string;

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'fleetmeter-holders-'));
  mkdirSync(join(proc, 'net'));
  writeFileSync(join(proc, 'net/unix'), `0: 2 0 00010000 0001 01 9001 ${SOCKET}\n`);
});
afterEach(() => rmSync(proc, { recursive: true }));

function addProcess(pid: number, others: number, ...held: string[]): string {
  const folder = join(proc, `${pid}`);
  mkdirSync(join(folder, 'fd'), { recursive: true });
  for (let file = 0; file < others; file++) symlinkSync('socket:[1]', join(folder, 'fd', `${file}`));
  held.forEach((what, at) => {
    symlinkSync(what, join(folder, 'fd', `${others + at}`));
  });
  return folder;
}

const find = (signal = new AbortController().signal) => serverProcess(SOCKET, uid, proc, signal);

test('the process that holds the socket is found among others', async () => {
  addProcess(70, 1_000);
  const server = addProcess(77, 40, 'socket:[9001]');
  expect(await find()).toBe(server);
  rmSync(join(server, 'fd/40'));
  await expect(find()).rejects.toThrow('not seen');
});

const MOST_FILES = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]);
test.runIf(MOST_FILES > 10_000)(
  'a server is not looked for behind thousands of other things that a process holds',
  async () => {
    const found = async (): Promise<string> => {
      const server = new ScriptedXServer();
      await server.listen();
      try {
        return await serverProcess(server.path, uid, '/proc', new AbortController().signal);
      } finally {
        await server.close();
      }
    };
    expect(await found()).toBe(`/proc/${process.pid}`);
    const others = Array.from({ length: 5_000 }, () => openSync('/dev/null', 'r'));
    await expect(found()).rejects.toThrow('not seen');
    for (const file of others) closeSync(file);
  },
);

test('others on the event loop have their turns meanwhile, and a search that is given up ends', async () => {
  for (let pid = 100; pid < 110; pid++) addProcess(pid, 1_000);
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  await expect(find()).rejects.toThrow('not seen');
  clearInterval(counting);
  expect(turns).toBeGreaterThan(5);
  const late = new AbortController();
  const searching = find(late.signal);
  late.abort(new Error('too late'));
  await expect(searching).rejects.toThrow('too late');
});

test('of sockets with one path the one that listens counts', () => {
  const line = (flags: string, inode: number, path: string) =>
    `0000000000000000: 00000003 00000000 ${flags} 0001 03 ${inode} ${path}`;
  const list = [
    line('00000000', 1, '/tmp/.X11-unix/X0'),
    line('00010000', 2, '@/tmp/.X11-unix/X0'),
    line('00010000', 3, '/tmp/.X11-unix/X0'),
    line('00010000', 4, '/tmp/.X11-unix/X01'),
  ].join('\n');
  expect(listeningInode(list, '/tmp/.X11-unix/X0')).toBe('3');
  expect(listeningInode(list, '/tmp/.X11-unix/X1')).toBe(undefined);
});
