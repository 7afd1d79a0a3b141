/** R27: what the engine always refuses is found and put aside alone; everybody else's figures are there in seconds. */

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { idBytes, NOW, QuarantineSite, TODAY, usageOf } from '../quarantine/fixtures/quarantine-site.ts';
import { readRecord } from '../quarantine/readable-record.ts';
import { openSqliteStream } from '../stream/sqlite-stream.ts';
import { type Processor, startProcessor } from './processor.ts';
import { processSifting } from './sift-range.ts';
import { NO_STREAK } from './systematic-fault.ts';

const DEVICES = 300;
const PROGRAMS = 20;
/** Seconds that the table takes from nobody. */
const POISON = 4242;
/** On a machine that has processors for it; with others waiting for theirs it takes its share of longer. */
const DELAY_MS = 5_000 * Math.max(1, (loadavg()[0] as number) / availableParallelism());
let site: QuarantineSite;
let folder: string;
let processor: Processor | undefined;
beforeAll(async () => {
  site = await QuarantineSite.open();
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-poison-'));
  await site.clickhouse.command(`ALTER TABLE {facts}.usage ADD CONSTRAINT sound CHECK seconds != ${POISON}`);
}, 60_000);
afterAll(async () => {
  await processor?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('three poison records among 6,000 are put aside alone; all others are in the tables within 5 s', async () => {
  const stream = await openSqliteStream({ folder });
  const ids = Array.from({ length: PROGRAMS }, (_, index) =>
    idBytes((0xabc0 + index).toString(16).padStart(16, '0')),
  );
  const poisoned = new Set([7, 150, 299]);
  for (let device = 0; device < DEVICES; device++) {
    const deviceId = (device + 1).toString(16).padStart(16, '0');
    const records = ids.map((executableId, index) => ({
      ...{ executableId, day: TODAY, launches: { user: 1 } },
      seconds: poisoned.has(device) && index === 11 ? POISON : 60,
    }));
    const { envelope } = site.report(deviceId, { usage: usageOf(records) });
    await stream.append({ kind: 'report', deviceId, receivedAt: NOW, envelope });
  }
  const began = performance.now();
  const { clickhouse, control, heads, announced } = site;
  processor = startProcessor({
    ...{ stream, clickhouse, control, heads, announced, inForce: () => NO_CATALOGUE, now: () => NOW },
    ...{ lingerMs: 0, log: pino({ level: 'silent' }), onProcessed: () => {}, onRetry: () => {} },
  });
  await vi.waitUntil(() => control.checkpoint() === DEVICES, { timeout: 60_000, interval: 5 });
  const delay = performance.now() - began;
  console.log(`3 poison records of ${DEVICES * PROGRAMS}: all others in after ${Math.round(delay)} ms`);
  const [counted] = await clickhouse.rows<{ rows: string; devices: string }>(
    'SELECT count() AS rows, uniqExact(epoch_no) AS devices FROM {facts}.usage FINAL',
  );
  expect(counted).toEqual({ rows: String(DEVICES * PROGRAMS - 3), devices: String(DEVICES) });
  expect(delay).toBeLessThan(DELAY_MS);

  // An administrator can read what they were, and whom they concern.
  expect(control.quarantineCounts()).toEqual([{ reason: 'engine-refused', count: 3 }]);
  const aside = control.quarantine.records({}, { limit: 10 });
  expect(aside.map(({ deviceId }) => Number.parseInt(deviceId, 16) - 1)).toEqual([...poisoned]);
  for (const record of aside) {
    expect(record).toMatchObject({ kind: 'usage', detail: expect.stringContaining('sound') });
    expect(readRecord(record)).toMatchObject({
      fields: { seconds: POISON, executableId: Uint8Array.from(ids[11] as Uint8Array) },
    });
  }
  // Each of the three says the rest of what it had to say, and is not asked for anything.
  for (const { deviceId } of aside) expect(control.directivesFor(deviceId, undefined)).toEqual([]);
  await stream.close();
}, 120_000);

test('a fault of ours at one program puts that program aside, and a corrected collector takes it by itself', async () => {
  const records = Array.from({ length: 5 }, (_, index) => {
    const packageName = index === 3 ? 'poison' : `tool-${index}`;
    const evidence = encodeEvidence({
      ...{
        sha256: new Uint8Array(32).fill(index),
        path: `/usr/bin/${packageName}`,
        size: 1,
        format: 'elf' as const,
      },
      ...{ packageName, packageVersion: '1' },
    });
    return { executableId: idBytes(identifyEvidence(evidence).executableId), evidence, encodingVersion: 1 };
  });
  const ruleFor = (packageName: string): undefined => {
    if (packageName === 'poison')
      throw new TypeError("Cannot read properties of undefined (reading 'length')");
  };
  const faulty = { ...NO_CATALOGUE, catalogue: { ...NO_CATALOGUE.catalogue, ruleFor } };
  const { clickhouse, control, heads, announced } = site;
  const deviceId = site.enrol();
  const record = site.evidence(deviceId, { records });
  const log = pino({ level: 'silent' });
  const range = { clickhouse, control, heads, announced, inForce: () => faulty, now: () => NOW, log };
  await processSifting([record], record.offset, { ...range, onProcessed: () => {} }, NO_STREAK);
  const described = async () =>
    (
      await clickhouse.rows<{ package_name: string }>(
        "SELECT package_name FROM {facts}.executables FINAL WHERE package_name != '' ORDER BY package_name",
      )
    ).map(({ package_name }) => package_name);
  expect(await described()).toEqual(['tool-0', 'tool-1', 'tool-2', 'tool-4']);
  const aside = control.quarantine.records({ reason: 'collector-fault' }, { limit: 9 });
  expect(aside).toMatchObject([{ kind: 'evidence', detail: expect.stringContaining('reading') }]);

  site.startJob('9.9.9');
  const open = () => control.quarantine.records({ reason: 'collector-fault' }, { limit: 9 });
  await vi.waitFor(() => expect(open()).toEqual([]), { timeout: 20_000 });
  expect(await described()).toContain('poison');
}, 60_000);

test('an engine that refuses everybody is our fault: nothing is put aside, and all is there once it takes them', async () => {
  const { clickhouse, control, heads, announced } = site;
  await clickhouse.command('ALTER TABLE {facts}.coverage ADD CONSTRAINT nobody CHECK seconds > 86400');
  const before = control.quarantineCounts();
  const records = Array.from({ length: 100 }, (_, device) =>
    site.report((0xd000 + device).toString(16).padStart(16, '0'), {
      usage: { ...usageOf([]), coverage: [{ day: TODAY, run: 0, seconds: 600 }] },
    }),
  );
  const range = { clickhouse, control, heads, announced, inForce: () => NO_CATALOGUE, now: () => NOW };
  const sift = () =>
    processSifting(
      ...([records, records.at(-1)?.offset ?? 0] as const),
      { ...range, log: pino({ level: 'silent' }), onProcessed: () => {} },
      NO_STREAK,
    );
  const began = performance.now();
  await expect(sift()).rejects.toThrow(/64 of 64 records would be put aside, the first for: .*nobody/);
  console.log(`looked at 64 of 100 records in ${Math.round(performance.now() - began)} ms`);
  expect(control.quarantineCounts()).toEqual(before);
  await clickhouse.command('ALTER TABLE {facts}.coverage DROP CONSTRAINT nobody');
  await sift();
  const [counted] = await clickhouse.rows<{ devices: string }>(
    'SELECT uniqExact(epoch_no) AS devices FROM {facts}.coverage',
  );
  expect(counted).toEqual({ devices: '100' });
  expect(control.quarantineCounts()).toEqual(before);
}, 60_000);
