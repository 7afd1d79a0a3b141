/** Backup and restore as an administrator does them: beside a running collector, cut short, refused, and put in place. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeSlots, envelopeHash } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

const MIB = 1024 * 1024;
const TODAY = Math.floor(Date.now() / 86_400_000);
let fleet: FleetOfOne;
let device: ScriptedDevice;
/** An inventory without executables. */
const NOTHING = { count: 0, sum: new Uint8Array(16) };
let sequence = 0;
/** Of the report before. */
let previousHash: Uint8Array | undefined;

beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
  device = new ScriptedDevice(fleet.agentUrl);
  await device.enrol('kept', fleet.joinSecret);
  // So that a backup takes some seconds at a slow pace.
  writeFileSync(join(fleet.folder, 'data/collector/ballast'), Buffer.alloc(6 * MIB, 3));
}, 90_000);
afterAll(() => fleet?.close());

const collector = (...args: string[]): string =>
  fleet.command(fleet.collectorProgram, ...args, '--config', join(fleet.folder, 'collector.json'));
const place = (name: string): string => join(fleet.folder, name);

/** One more report with `seconds` of use of one program, and wait until it is derived. */
async function reported(seconds: number): Promise<void> {
  sequence++;
  const envelope = device.report({
    sequence,
    ...(previousHash && { previousHash, digestBefore: NOTHING }),
    host: { hostname: 'kept', os: 'linux' },
    ...(sequence === 1 && { inventory: { baseline: true } }),
    digestAfter: NOTHING,
    usage: {
      runs: Buffer.from('1122334455667788', 'hex'),
      users: [new Uint8Array(8).fill(9)],
      records: [
        {
          ...{ run: 0, user: 0, day: TODAY, seconds, launches: { user: 1 } },
          executableId: createHash('sha256').update('program').digest().subarray(0, 8),
          slots: encodeSlots([3, 4, 5]),
        },
      ],
    },
  });
  previousHash = envelopeHash(envelope).subarray(0, 8);
  await device.acknowledged('report', envelope);
  await fleet.eventually(`${seconds} seconds are shown`, async () => (await shown()) === seconds, 40);
}

async function shown(): Promise<number> {
  const rows = await fleet.sql<{ seconds: number }>('SELECT seconds FROM fleetmeter.usage_daily');
  return rows[0]?.seconds ?? 0;
}

/** Name, size and content of everything below a folder. */
function fingerprint(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    })
    .sort();
}

test('beside a running collector: whole, checked, and nothing left in its folder', async () => {
  await reported(100);
  const taken = JSON.parse(collector('backup', place('first'), '--json')) as Record<string, unknown>;
  expect(taken).toMatchObject({ running: true, tables: 'embedded', checkpoint: 1 });
  expect(taken.heldMs).toBeLessThan(30_000);
  console.log(`processing was held for ${String(taken.heldMs)} ms`);
  expect(collector('backup', 'verify', place('first'))).toMatch(/whole; as of /);
  expect(existsSync(place('first/config/collector.json'))).toBe(true);
  expect(existsSync(place('first/collector/notice-key.pem'))).toBe(true);
  const shadow = place('data/engine/db/shadow');
  expect(readdirSync(shadow).filter((name) => name.startsWith('backup'))).toEqual([]);
  expect(() => collector('backup', place('first'))).toThrow(/exists; name a backup that does not/);
  expect(() => collector('backup', place('data/engine/inside'))).toThrow(/lies in the data folder/);
  await reported(200);
}, 90_000);

test('a backup that is killed leaves nothing that looks whole, and holds nobody up', async () => {
  const child = spawn(
    process.execPath,
    [fleet.collectorProgram, 'backup', place('second.tar'), '--mib-per-second', '1'],
    {
      env: { ...fleet.environment, FLEETMETER_CONFIG: place('collector.json') },
      stdio: 'ignore',
    },
  );
  await fleet.eventually(
    'something is written',
    async () => statSync(place('second.tar.partial')).size > MIB,
    20,
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(statSync(place('second.tar.partial')).size).toBeGreaterThan(0);
  expect(() => collector('backup', 'verify', place('second.tar'))).toThrow(/never finished/);
  expect(() => collector('restore', place('second.tar.partial'), '--replace')).toThrow(
    /no manifest|cut off|damaged/,
  );
  await reported(300);
  collector('backup', place('second.tar'));
  expect(collector('backup', 'verify', place('second.tar'))).toMatch(/whole/);
  expect(existsSync(place('second.tar.partial'))).toBe(false);
  expect(readdirSync(place('data/engine/db/shadow')).filter((name) => name.startsWith('backup'))).toEqual([]);
}, 90_000);

test('two at once: the second is told to wait', async () => {
  const first = fleet.commandMeanwhile(
    fleet.collectorProgram,
    ...['backup', place('third'), '--mib-per-second', '3', '--config', place('collector.json')],
  );
  await fleet.eventually('it has begun', async () => existsSync(place('third.partial')), 20);
  expect(() => collector('backup', place('fourth'))).toThrow(/another backup .* is being made/);
  await first;
  expect(existsSync(place('fourth'))).toBe(false);
}, 60_000);

test('a running collector cannot be restored over', () => {
  const began = performance.now();
  expect(() => collector('restore', place('first'), '--replace')).toThrow(
    /another collector \(process \d+\) is using/,
  );
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a folder that is not empty is left as it is, unless one says so; then it is put aside whole', async () => {
  await fleet.killCollector('SIGTERM');
  const before = fingerprint(place('data/engine'));
  expect(() => collector('restore', place('first'))).toThrow(/is not empty \(collector, engine\); --replace/);
  expect(fingerprint(place('data/engine'))).toEqual(before);
  const restored = JSON.parse(collector('restore', place('first'), '--replace', '--json')) as {
    setAside: string;
    outside: { path: string }[];
  };
  expect(fingerprint(join(restored.setAside, 'engine')).length).toBe(before.length);
  expect(readFileSync(restored.outside[0]?.path ?? '', 'utf8')).toBe(
    readFileSync(place('collector.json'), 'utf8'),
  );
  fleet.startCollector();
  await fleet.ready();
  await fleet.eventually('what was true at the backup is shown', async () => (await shown()) === 100, 40);
}, 90_000);

test('of a collector that rests: everything is lost, brought back, and goes on', async () => {
  await fleet.killCollector();
  // The engine may need a moment to notice.
  await fleet.eventually(
    'a backup is taken',
    async () => collector('backup', place('resting.tar')) !== '',
    30,
  );
  rmSync(place('data/collector'), { recursive: true });
  rmSync(place('data/engine'), { recursive: true });
  expect(collector('restore', place('resting.tar'))).toMatch(/restored; as of /);
  fleet.startCollector();
  await fleet.ready();
  await fleet.eventually('it is shown again', async () => (await shown()) === 100, 40);
  // The device is far ahead; from its next reports everything comes back.
  sequence = 40;
  await device.acknowledged('report', device.report({ sequence: 40 }));
  await fleet.eventually(
    'the device is asked for a baseline',
    async () => {
      const { directives } = await device.acknowledged('report', device.report({ sequence: ++sequence }));
      return directives.some(({ resync }) => resync);
    },
    20,
  );
}, 90_000);
