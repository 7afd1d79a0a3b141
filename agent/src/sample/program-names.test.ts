import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import type { FoundFile, KnownFiles, SkipReason } from '../watch/found-file.ts';
import { ProgramNames } from './program-names.ts';
import type { SampledProcess } from './sampled-process.ts';

const identity = { device: '1', inode: '2', size: 3, mtimeNs: '4', ctimeNs: '5' };
const file: FoundFile = {
  path: '/opt/x',
  identity,
  format: 'elf',
  evidence: { sha256: new Uint8Array(32), path: '/opt/x', size: 3, format: 'elf' },
};
const ID = identifyEvidence(encodeEvidence(file.evidence)).executableId;
const nothingKnown: KnownFiles = {
  byPath: () => undefined,
  stateAt: () => undefined,
  byIdentity: () => undefined,
  takesNew: () => true,
  paths: () => [],
  all: () => [],
};
const process: SampledProcess = {
  process: '7:1',
  program: { key: 'key', path: '/opt/x', openPath: '/proc/7/exe', identity },
  uid: 0,
  startedBootMs: 0,
  origin: 'user',
};

function names(answers: (FoundFile | SkipReason)[], known = nothingKnown) {
  const asked: string[] = [];
  const made = new ProgramNames({
    known,
    identify: async (openPath) => {
      asked.push(openPath);
      return answers.shift() ?? 'unreadable';
    },
    keepUsed: () => ID,
    remembered: [],
  });
  return { made, asked };
}
const background = () => new Promise((resolve) => setImmediate(resolve));

test('a program of the inventory is known at once, by its path or as another link of the same file', () => {
  for (const known of [{ byPath: () => file }, { byIdentity: () => file }]) {
    const { made, asked } = names([], { ...nothingKnown, ...known });
    made.see([process]);
    expect(made.nameOf('key')).toBe(ID);
    expect(asked).toEqual([]);
  }
});

test('a file that was replaced on disk does not name the program that still runs', () => {
  const replaced = { ...file, identity: { ...identity, inode: '99' } };
  const { made } = names([], { ...nothingKnown, byPath: () => replaced });
  made.see([process]);
  expect(made.nameOf('key')).toBeUndefined();
});

test('an unknown program waits for the first scan and is then identified once', async () => {
  const { made, asked } = names([file]);
  made.see([process]);
  await background();
  expect([made.nameOf('key'), made.waiting, asked]).toEqual([undefined, 1, []]);
  made.ready();
  made.see([process]);
  await background();
  expect([made.nameOf('key'), made.waiting, asked]).toEqual([ID, 0, ['/proc/7/exe']]);
});

test('one whose process ended is looked for on disk, and taken when it is the same file', async () => {
  const { made, asked } = names(['vanished', file]);
  made.see([process]);
  made.ready();
  await background();
  expect([made.nameOf('key'), asked]).toEqual([ID, ['/proc/7/exe', '/opt/x']]);
});

test('what that process runs since, or another one with its number, does not name the program', async () => {
  const another = { ...file, identity: { ...identity, inode: '99' } };
  const { made, asked } = names([another, file]);
  made.see([process]);
  made.ready();
  await background();
  expect([made.nameOf('key'), asked]).toEqual([ID, ['/proc/7/exe', '/opt/x']]);
  const { made: gone } = names([another, another]);
  gone.see([process]);
  gone.ready();
  await background();
  expect([gone.nameOf('key'), gone.unidentifiable]).toEqual([null, 1]);
});

test('a passing reason is tried again with a later sample, a lasting one is final and counted', async () => {
  const { made } = names(['package-database-busy', 'too-large']);
  made.ready();
  made.see([process]);
  await background();
  expect(made.nameOf('key')).toBeUndefined();
  made.see([process]);
  await background();
  expect([made.nameOf('key'), made.unidentifiable]).toEqual([null, 1]);
});

test('what nobody runs and nothing waits for gets no name any more', () => {
  const { made } = names([]);
  expect(made.nameOf('never seen')).toBeNull();
});
