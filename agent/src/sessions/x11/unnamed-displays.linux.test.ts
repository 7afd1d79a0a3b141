/** Which displays are desktops of people that no session speaks of. */

import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Desktop } from './focus.ts';
import { whyUnnamed } from './unnamed-displays.linux.ts';

const isRoot = process.getuid?.() === 0;
const uid = process.geteuid?.() ?? 0;
const terminal: Desktop = {
  ...{ uid, type: 'tty', display: '', isOnConsole: false, isActive: true, isLocked: false },
};
const named: Desktop = { ...terminal, type: 'x11', display: ':3' };
let folder: string;
let socketsFolder: string;
let server: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-unnamed-'));
  socketsFolder = join(folder, 'sockets');
  mkdirSync(socketsFolder);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(join(socketsFolder, 'X3'), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const why = (desktops: Desktop[], proc = '/proc') => whyUnnamed(desktops, { socketsFolder, proc });

test('one is of a user with a session that somebody can see, when no session names it', () => {
  expect(why([terminal])).toBe('display :3 is one that no session names');
  expect(why([terminal, { ...named, display: ':33' }])).toMatch(/:3 /);
  for (const name of [':3', ':3.0', 'unix:3'])
    expect(why([terminal, { ...named, display: name }])).toBe(undefined);
  // Also by one that nobody sees.
  expect(why([terminal, { ...named, isLocked: true }])).toBe(undefined);
});

test('where nobody of its user is, nobody looks at it', () => {
  expect(why([])).toBe(undefined);
  expect(
    why([
      { ...terminal, isActive: false },
      { ...terminal, isLocked: true },
    ]),
  ).toBe(undefined);
  expect(why([{ ...terminal, uid: uid + 1 }])).toBe(undefined);
});

test.runIf(isRoot)('whose it is its file says', () => {
  chownSync(join(socketsFolder, 'X3'), 4242, 0);
  expect(why([terminal])).toBe(undefined);
  expect(why([{ ...terminal, uid: 4242 }])).toMatch(/:3/);
});

test('what is no socket, has another name or is left of a server that has ended is none', () => {
  writeFileSync(join(socketsFolder, 'X4'), '');
  symlinkSync('X3', join(socketsFolder, 'X5'));
  expect(why([terminal, named])).toBe(undefined);
  mkdirSync(join(folder, 'proc/net'), { recursive: true });
  writeFileSync(join(folder, 'proc/net/unix'), 'Num RefCount Protocol Flags Type St Inode Path\n');
  expect(why([terminal], join(folder, 'proc'))).toBe(undefined);
});

test('what cannot be told may be one, and a folder behind a link is not looked at', () => {
  expect(why([terminal], join(folder, 'nowhere'))).toMatch(/:3/);
  for (let number = 100; number < 700; number++) writeFileSync(join(socketsFolder, `X${number}`), '');
  expect(why([terminal, named])).toBe('there are more than 512 displays');
  symlinkSync(socketsFolder, join(folder, 'link'));
  for (const name of ['link', 'missing'])
    expect(whyUnnamed([terminal], { socketsFolder: join(folder, name), proc: '/proc' })).toBe(undefined);
});
