/** Which server a display has and which cookie it is told; with the kernel's files as they look, and with whoever owns them. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authorityEntry } from '../fixtures/authority-file.ts';
import { ScriptedXServer } from '../fixtures/scripted-x-server.ts';
import { authorityFileIn, displayNumber, findXServer, type XServer } from './x-server.linux.ts';
import { X11Connection } from './x11-connection.linux.ts';

const NOT_ABORTED = new AbortController().signal;
const USER = 4242;
const OTHER = 4343;
const isRoot = process.getuid?.() === 0;
let server: ScriptedXServer;
let proc: string;
let authority: string;

beforeEach(async () => {
  server = new ScriptedXServer(3);
  await server.listen();
  proc = join(server.folder, 'proc');
  authority = join(server.folder, 'authority');
  writeFileSync(authority, authorityEntry({ display: '3', cookie: 'c0ffee' }));
});
afterEach(() => server.close());

/** One process that holds the socket. */
function serve(...words: string[]): void {
  mkdirSync(join(proc, 'net'), { recursive: true });
  mkdirSync(join(proc, '77/fd'), { recursive: true });
  writeFileSync(
    join(proc, 'net/unix'),
    `Num RefCount Protocol Flags Type St Inode Path\n0: 2 0 00010000 0001 01 9001 ${server.path}\n`,
  );
  writeFileSync(join(proc, '77/cmdline'), ['/usr/lib/xorg/Xorg', ...words, ''].join('\0'));
  symlinkSync('socket:[9001]', join(proc, '77/fd/5'));
}

const found: XServer[] = [];
async function find(name = ':3', uid = process.geteuid?.() ?? 0): Promise<XServer> {
  const places = { socketsFolder: join(server.folder, 'sockets'), proc };
  found.push(await findXServer({ name, uid }, places, NOT_ABORTED));
  return found.at(-1) as XServer;
}
const cookie = async () => Buffer.from((await find(':3', USER)).cookie ?? []).toString('hex');
afterEach(() => {
  for (const { socket } of found.splice(0)) socket[Symbol.dispose]();
});

test('the server is who holds the socket, whatever number its command line names', async () => {
  serve('-displayfd', '3', '-auth', authority, '-nolisten', 'tcp');
  const { socket, cookie } = await find();
  expect([socket.uid, readlinkSync(socket.path)]).toEqual([process.geteuid?.(), server.path]);
  expect(Buffer.from(cookie ?? []).toString('hex')).toBe('c0ffee');
});

test('a socket that is put in its place afterwards, or a link to one, is not what is connected to', async () => {
  serve('-auth', authority);
  const { socket, cookie } = await find();
  const other = new ScriptedXServer();
  await other.listen();
  rmSync(server.path);
  symlinkSync(other.path, server.path);
  await expect(find()).rejects.toThrow('without a socket');
  const connection = new X11Connection(socket.path);
  await connection.greet(cookie);
  socket[Symbol.dispose]();
  socket[Symbol.dispose]();
  expect(await connection.focusedPid()).toBe(4242);
  expect([server.connections, other.connections]).toEqual([1, 0]);
  connection.close();
  await other.close();
});

test('one that was started without a cookie is told none', async () => {
  serve(':3');
  expect((await find()).cookie).toBe(undefined);
  const uid = process.geteuid?.() ?? 0;
  const places = { socketsFolder: join(server.folder, 'sockets'), proc: '/proc' };
  const own = await findXServer({ name: ':3', uid }, places, NOT_ABORTED);
  found.push(own);
  expect(own.cookie).toBe(undefined);
});

test('a display elsewhere, without a socket, or at which nobody listens, cannot be asked', async () => {
  serve('-auth', authority);
  for (const display of ['localhost:10.0', 'there:0', '', ':-1', ':x'])
    await expect(find(display)).rejects.toThrow('not of this computer');
  await expect(find(':4')).rejects.toThrow('without a socket');
  writeFileSync(join(server.folder, 'sockets/X5'), '');
  await expect(find(':5')).rejects.toThrow('without a socket');
  rmSync(join(proc, '77/fd/5'));
  await expect(find()).rejects.toThrow('not seen');
  writeFileSync(join(proc, 'net/unix'), '');
  await expect(find()).rejects.toThrow('nobody listens');
});

test.each([
  ['is empty', () => writeFileSync(authority, '')],
  ['is larger than any', () => writeFileSync(authority, Buffer.alloc(100_000))],
  ['is gone', () => rmSync(authority)],
  [
    'is a folder',
    () => {
      rmSync(authority);
      mkdirSync(authority);
    },
  ],
  [
    'is for another display',
    () => writeFileSync(authority, authorityEntry({ display: '9', cookie: 'c0ffee' })),
  ],
])('a file with the cookie that %s is of no use', async (_, make) => {
  serve('-auth', authority);
  make();
  await expect(find()).rejects.toThrow('cookie cannot be read');
});

test('what is no file is not even opened: the writer of a FIFO waits on', async () => {
  rmSync(authority);
  execFileSync('mkfifo', [authority]);
  const writer = spawn('/bin/sh', ['-c', ': > authority; : > opened'], {
    cwd: server.folder,
    stdio: 'ignore',
  });
  await sleep(300);
  serve('-auth', authority);
  await expect(find()).rejects.toThrow('cookie cannot be read');
  await sleep(300);
  expect(existsSync(join(server.folder, 'opened'))).toBe(false);
  writer.kill('SIGKILL');
});

describe.runIf(isRoot)('whose it is', () => {
  const owned = (owners: { socket: number; file: number }): void => {
    serve('-auth', authority);
    chownSync(server.path, owners.socket, 0);
    chownSync(authority, owners.file, 0);
  };

  test('a user’s server is told what is in a file of theirs', async () => {
    owned({ socket: USER, file: USER });
    expect(await cookie()).toBe('c0ffee');
  });

  test.each([OTHER, 0])('a user’s server gets nobody else’s cookie by naming its file (%i)', async (file) => {
    owned({ socket: USER, file });
    await expect(find(':3', USER)).rejects.toThrow('cookie cannot be read');
  });

  test.each([OTHER, 0])('a user’s server is not asked about the session of another one (%i)', async (uid) => {
    owned({ socket: USER, file: USER });
    await expect(find(':3', uid)).rejects.toThrow('of another user');
  });

  test('the administrator’s server may be started with a file of the user', async () => {
    owned({ socket: 0, file: USER });
    expect(await cookie()).toBe('c0ffee');
  });
});

test('displays are named by number, with a screen or without', () => {
  expect([':0', ':12.1', 'unix:7', 'host:0', ':123456'].map(displayNumber)).toEqual([
    0,
    12,
    7,
    undefined,
    undefined,
  ]);
});

test('where the cookie lies is said after -auth, and nowhere else', () => {
  expect(authorityFileIn('X\0:0\0-auth\0/run/x\0')).toBe('/run/x');
  expect(authorityFileIn('-auth\0/run/x\0')).toBe(undefined);
  expect(authorityFileIn('X\0-auth\0relative\0')).toBe(undefined);
  expect(authorityFileIn('X\0-auth')).toBe(undefined);
});
