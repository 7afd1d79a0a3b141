import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { ControlStore } from '../control/control-store.ts';
import { EpochHeadCache } from '../process/epoch-head-cache.ts';
import { OneAtATime } from '../recompute/one-at-a-time.ts';
import { startAudit } from './audit.ts';
import type { AuditFindings } from './audit-findings.ts';

/** A site with nothing in it; `command` is the piece of work that can fail and takes its time. */
function auditOf(command: () => Promise<void>, timePercent = 100) {
  const finished: { findings: AuditFindings; milliseconds: number }[] = [];
  let failures = 0;
  const audit = startAudit({
    clickhouse: { command, rows: async () => [] } as unknown as ClickHouse,
    control: {
      epochs: { last: () => 0 },
      executableCount: () => 0,
      operations: { oldestOpen: () => undefined },
      auditReports: { note: () => {} },
      dirtyMarks: () => [],
      markDirty: () => {},
      lives: { erasures: { open: () => [] } },
      auditLedger: { settled: () => {}, forgetDaysBefore: () => {} },
    } as unknown as ControlStore,
    heads: new EpochHeadCache(1),
    inForce: () => NO_CATALOGUE,
    remapping: () => true,
    totals: {
      deriving: new OneAtATime(),
      catalogueVersion: () => 'none',
      settled: async () => {},
      unsure: () => false,
    },
    now: () => 86_400_000,
    log: pino({ level: 'silent' }),
    intervalMs: 5,
    timePercent,
    onFinished: (findings, milliseconds) => finished.push({ findings, milliseconds }),
    onFailed: () => failures++,
  });
  return { audit, finished, failures: () => failures };
}

test('a sweep that fails is counted and begins again; one that ends says when and what', async () => {
  let fails = 3;
  const { audit, finished, failures } = auditOf(async () => {
    if (fails-- > 0) throw new Error('the engine is down');
  });
  expect(audit.state.finishedAt).toBeUndefined();
  await vi.waitUntil(() => finished.length > 1, { timeout: 5000 });
  await audit.close();
  expect(failures()).toBe(3);
  expect(audit.state.finishedAt).toBe(86_400_000);
  expect(audit.state.findings).toMatchObject({ devices: 0, asked: 0 });
  const count = finished.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(finished.length).toBe(count);
});

test('the audit rests for the share of the time that is not its own', async () => {
  const work = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  const { audit, finished } = auditOf(work, 10);
  await vi.waitUntil(() => finished.length > 0, { timeout: 5000 });
  await audit.close();
  // Two dictionaries are loaded, in one piece of some 40 ms.
  expect(finished[0]?.milliseconds).toBeGreaterThan(300);
});

test('closing ends a rest at once', async () => {
  let began = false;
  const { audit } = auditOf(async () => {
    began = true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }, 1);
  await vi.waitUntil(() => began, { timeout: 5000 });
  await audit.close();
  expect(audit.state.findings).toBeUndefined();
});
