/** What the job does to the real tables, whatever it dies of on the way, and what it does without being told. */
import { Coverage, encodeEvidence, encodeSlots, UsageRecord } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { QuarantinedRecord } from '../control/contract/quarantined-record.ts';
import { idBytes, NOW, QuarantineSite, TODAY, usageOf } from './fixtures/quarantine-site.ts';
import { replaySome } from './replay-job.ts';

const EDITOR = '00000000000000e1';
let site: QuarantineSite;
let device: string;
beforeEach(async () => {
  site = await QuarantineSite.open();
  device = site.enrol();
}, 60_000);
afterEach(async () => {
  await site?.close();
});

/** Rows with keys of their own; their tables are in partitions by day. */
const count = async (table: 'usage' | 'coverage'): Promise<number> => {
  const [row] = await site.clickhouse.rows<{ n: string }>(
    `SELECT uniqExact(day, epoch_no, run) AS n FROM {facts}.${table}`,
  );
  return Number(row?.n);
};
const decide = (action: 'repair' | 'replay', steps: string[] = []) =>
  site.control.quarantine.decide({
    ...{ action, filter: {}, reason: 'a test', by: 'ada', now: NOW },
    ...(action === 'repair' && { transformation: JSON.stringify({ version: 1, steps }) }),
  });

test('killed at every step, it repeats a batch and changes nothing twice', async () => {
  const evidence = encodeEvidence({ sha256: new Uint8Array(32), path: '/opt/x', size: 1, format: 'elf' });
  const days = [1, 2, 3].map((day) => ({
    executableId: idBytes(EDITOR),
    day: TODAY + 10 + day,
    seconds: 60,
  }));
  await site.process(
    site.report(device, {
      usage: { ...usageOf(days), coverage: [{ day: TODAY + 11, run: 0, seconds: 600 }] },
    }),
  );
  await site.process(
    site.evidence(device, { records: [{ executableId: idBytes(EDITOR), evidence, encodingVersion: 1 }] }),
  );
  expect(await decide('repair', ['shift-day -15'])).toMatchObject({ records: 5 });
  let crashes = 0;
  for (let step = 0; site.control.decidedQuarantine(9).length > 0; step++) {
    expect(step).toBeLessThan(100);
    let left = step;
    // Before a word to the engine, after it, and instead of the commit.
    const dying =
      <Given extends unknown[], T>(work: (...given: Given) => Promise<T>) =>
      async (...given: Given): Promise<T> => {
        if (left-- === 0) throw new Error('killed before');
        const done = await work(...given);
        if (left-- === 0) throw new Error('killed after');
        return done;
      };
    const { clickhouse } = site;
    const mortal = {
      ...clickhouse,
      insert: dying(clickhouse.insert),
      rows: dying(clickhouse.rows),
    } as ClickHouse;
    site.reopen();
    const { control } = site;
    const commit = control.commitReplay.bind(control);
    control.commitReplay = (...given) => {
      if (left-- === 0) throw new Error('killed before the commit');
      commit(...given);
    };
    await replaySome({ ...site.parts, clickhouse: mortal }).catch(() => crashes++);
  }
  console.log(`${crashes} crashes`);
  expect(crashes).toBeGreaterThanOrEqual(4);
  expect(await count('usage')).toBe(3);
  expect(await count('coverage')).toBe(1);
  // Steps that are about days do not fit evidence; it stays open.
  expect(site.control.quarantine.decision(1)).toMatchObject({
    waiting: 0,
    outcomes: { replayed: 4, refused: 1 },
  });
  expect(site.control.quarantineCounts()).toEqual([{ reason: 'evidence-id-mismatch', count: 1 }]);
  await site.derive();
  expect(Object.values(await site.served())).toEqual([60, 60, 60]);
}, 60_000);

/** As an older collector, whose rules were others, put it aside. */
function aside(offset: number, more: Partial<QuarantinedRecord> = {}): QuarantinedRecord {
  const fields = { executableId: idBytes(EDITOR), day: TODAY - 1, seconds: 60, slots: encodeSlots([1]) };
  return {
    ...{ reason: 'usage-launches-out-of-range', detail: 'too many', kind: 'usage', deviceId: device, offset },
    ...{ epochNo: 1, sequence: offset, at: NOW, run: new Uint8Array(8), user: new Uint8Array(16) },
    bytes: UsageRecord.encode(fields).finish(),
    concern: { day: TODAY - 1, executableNo: 1 },
    ...more,
  };
}

function putAside(...quarantined: QuarantinedRecord[]): void {
  site.control.commitProcessed({
    ...{ checkpoint: quarantined.length + 10, dirty: [], directives: [], resolved: [], superseded: [] },
    ...{ evidenceProcessed: [], undescribedUse: [], quarantined, now: NOW },
  });
}

test('a newer collector tries again what passes its rules, once, and says so in the audit trail', async () => {
  await site.process(site.report(device, {}));
  await site.clickhouse.command('ALTER TABLE {facts}.coverage ADD CONSTRAINT sound CHECK seconds != 4242');
  const still = UsageRecord.encode({ executableId: idBytes(EDITOR), day: TODAY, seconds: 90_000 }).finish();
  const poison = Coverage.encode({ day: TODAY, seconds: 4242 }).finish();
  putAside(
    aside(11),
    aside(12, { bytes: still }),
    // Of a release that did not keep them.
    aside(13, { run: undefined, user: undefined }),
    aside(14, { kind: 'coverage', reason: 'engine-refused', bytes: poison, concern: undefined }),
  );
  site.startJob('2.0.0');
  const made = () => site.control.quarantine.decisions(9);
  await vi.waitUntil(() => made()[0]?.waiting === 0, { timeout: 20_000 });
  expect(made()).toMatchObject([
    ...[{ action: 'retry', decidedBy: 'collector', records: 2, outcomes: { replayed: 1, refused: 1 } }],
  ]);
  expect(made()[0]?.reason).toBe('collector 2.0.0 after an older one');
  expect(await count('usage')).toBe(1);
  expect(site.control.quarantineCounts()).toEqual([
    { reason: 'engine-refused', count: 1 },
    { reason: 'usage-launches-out-of-range', count: 2 },
  ]);
  await site.stopJob();
  site.reopen();
  site.startJob('2.0.0');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(made()).toHaveLength(1);
  // The engine still refuses it; it is tried once more by each version and not for ever.
  await site.stopJob();
  site.startJob('2.0.1');
  await vi.waitUntil(() => made()[0]?.reason === 'collector 2.0.1 after 2.0.0' && made()[0]?.waiting === 0, {
    timeout: 20_000,
  });
  expect(made()[0]).toMatchObject({ records: 1, outcomes: { refused: 1 } });
}, 60_000);

test('what is older than records are kept is dropped and counted, and holds its day no longer', async () => {
  const old = NOW - 31 * 86_400_000;
  putAside(aside(11, { at: old, bytes: new Uint8Array([255]) }), aside(12, { bytes: new Uint8Array([254]) }));
  site.control.clearDirty({ kind: 'usage-day', day: TODAY - 1 }, 1);
  site.startJob();
  await vi.waitUntil(() => site.concerns().length === 1, { timeout: 20_000 });
  expect(site.control.quarantineDropped()).toEqual({ 'shelf-full': 0, 'device-bound': 0, 'aged-out': 1 });
  expect(site.control.dirtyMarks().map(({ target }) => target)).toEqual([
    { kind: 'usage-day', day: TODAY - 1 },
  ]);
}, 60_000);

test('of a device that was erased nothing is replayed', async () => {
  await site.process(site.report(device, {}));
  putAside(aside(11));
  await decide('replay');
  site.control.lives.erasures.request(device, NOW);
  site.control.lives.erasures.reload();
  await replaySome(site.parts);
  expect(await count('usage')).toBe(0);
  expect(site.settled).toMatchObject([{ outcome: 'refused', detail: 'its device was erased' }]);
}, 60_000);
