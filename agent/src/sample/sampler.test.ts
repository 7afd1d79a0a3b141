import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import type { Instant } from '../clock/clock.ts';
import type { Focus } from '../sessions/x11/focus.ts';
import type { Attention } from '../usage/attention.ts';
import { UsageMeter } from '../usage/usage-meter.ts';
import type { FoundFile } from '../watch/found-file.ts';
import { ProgramNames } from './program-names.ts';
import type { SampledProcess } from './sampled-process.ts';
import { Sampler } from './sampler.ts';

const identityOf = (inode: string) => ({ device: '1', inode, size: 3, mtimeNs: '4', ctimeNs: '5' });
const fileAt = (path: string): FoundFile => ({
  ...{ path, identity: identityOf(path), format: 'script' },
  evidence: { sha256: new Uint8Array(32).fill(path.length), path, size: 3, format: 'script' },
});
const idOf = (path: string) => identifyEvidence(encodeEvidence(fileAt(path).evidence)).executableId;

function programAt(path: string, process: string, interpreter?: string): SampledProcess {
  const program = { key: `key ${path}`, path, openPath: `/proc/1${path}`, identity: identityOf(path) };
  return { process, program, uid: 0, startedBootMs: 0, origin: 'user', ...(interpreter && { interpreter }) };
}

test('a script counts beside its interpreter where it is listed; what people write for themselves does not', async () => {
  const listed = new Map(['/usr/bin/python3', '/usr/bin/meld'].map((path) => [path, fileAt(path)]));
  const identified: string[] = [];
  const names = new ProgramNames({
    known: {
      ...{ byPath: (path) => listed.get(path), byIdentity: () => undefined, stateAt: () => undefined },
      ...{ takesNew: () => true, paths: () => [], all: () => [] },
    },
    identify: async (_, path) => {
      identified.push(path);
      return 'unreadable';
    },
    keepUsed: () => '',
    remembered: [],
  });
  names.ready();
  let run = 0;
  const meter = new UsageMeter({
    ...{ bootId: 'boot', sampleIntervalMs: 5_000, nameProgram: names.nameOf },
    newRun: () => `${++run}`.padStart(16, '0'),
  });
  const processes = [
    programAt('/usr/bin/python3', '7:1'),
    programAt('/usr/bin/meld', '7:1:script', '7:1'),
    programAt('/usr/bin/python3', '8:1'),
    programAt('/home/ada/thesis.py', '8:1:script', '8:1'),
  ];
  let second = 0;
  const sampler = new Sampler({
    ...{ names, meter, hashUser: () => 'ab'.repeat(8), isPersonThere: () => undefined, mayMeter: () => true },
    table: { read: async () => ({ processes, whole: true, unreadable: 0 }) },
    clock: {
      now: (): Instant => ({
        wallMs: 1e12 + second * 1e3,
        monotonicMs: 1e6 + second * 1e3,
        bootMs: 1e6 + second * 1e3,
      }),
    },
  });
  for (; second <= 20; second += 5) await sampler.sample();
  const rows = meter.flush()?.usage.map(({ executableId, seconds }) => [executableId, seconds]);
  expect(new Map(rows as [string, number][])).toEqual(
    new Map([
      [idOf('/usr/bin/python3'), 20],
      [idOf('/usr/bin/meld'), 20],
    ]),
  );
  expect(identified).toEqual([]);
  expect(names.unidentifiable).toBe(0);
});

test('who is in front is found by the number of its process, with what that interprets, as it was when that was asked', async () => {
  const given: (Attention | undefined)[] = [];
  const python = programAt('/usr/bin/python3', '7:1');
  let processes = [python, programAt('/usr/bin/meld', '7:1:script', '7:1'), programAt('/usr/bin/vi', '70:1')];
  let atMs = 1_000;
  let focus: Focus = { focused: [7, 8, 99].map((pid) => ({ pid, uid: 0 })), askedMs: 1_001, isWhole: true };
  const sampler = new Sampler({
    names: { isListed: () => true, see: () => undefined } as unknown as ProgramNames,
    meter: { observe: (...seen: unknown[]) => given.push(seen[4] as Attention) } as unknown as UsageMeter,
    ...{ hashUser: (uid) => `user ${uid}`, isPersonThere: () => undefined, mayMeter: () => true },
    table: { read: async () => ({ processes, whole: true, unreadable: 0 }) },
    clock: { now: (): Instant => ({ wallMs: 1e12, monotonicMs: atMs, bootMs: 1e6 }) },
    attention: () => ({ focus, lockedUids: new Set([1000]) }),
  });
  const lockedUsers = new Set(['user 1000']);
  await sampler.sample();
  // They ended, and another one has the number.
  [processes, atMs] = [[programAt('/usr/bin/vi', '7:80'), programAt('/usr/bin/gimp', '8:90')], 2_000];
  await sampler.sample();
  const inFront = new Set(['7:1', '7:1:script']);
  expect(given).toEqual(Array(2).fill({ inFront, askedMs: 1_000, isWhole: true, lockedUsers }));
  focus = { ...focus, askedMs: 2_003 };
  await sampler.sample();
  expect(given[2]).toEqual({
    inFront: new Set(['7:80', '8:90']),
    askedMs: 2_000,
    isWhole: true,
    lockedUsers,
  });
  // Of a question that nobody remembers nothing is known.
  focus = { ...focus, askedMs: 999 };
  await sampler.sample();
  expect(given[3]).toMatchObject({ inFront: new Set(), isWhole: false });
});
