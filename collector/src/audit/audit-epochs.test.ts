/** Whose an epoch is, where the tables say something else than the control store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { NOW, QuarantineSite } from '../quarantine/fixtures/quarantine-site.ts';
import { auditEpochs } from './audit-epochs.ts';
import { noFindings } from './audit-findings.ts';
import type { SweepParts } from './sweep-parts.ts';

const [COPIED, OTHER] = ['00000000000000d1', '00000000000000d2'];
let site: QuarantineSite;
beforeAll(async () => {
  site = await QuarantineSite.open();
}, 60_000);
afterAll(() => site?.close());

async function audit(): Promise<number> {
  const findings = noFindings();
  const parts: Partial<SweepParts> = {
    ...{ clickhouse: site.clickhouse, control: site.control, findings, youngestMs: 0 },
    ...{ inForce: () => NO_CATALOGUE, now: () => NOW + 1, pace: (work) => work() },
  };
  await auditEpochs(parts as SweepParts);
  return findings.lost.epoch;
}

const owners = async (): Promise<string[]> =>
  (
    await site.clickhouse.rows<{ line: string }>(
      `SELECT concat(toString(epoch_no), ' ', lower(leftPad(hex(device_id64), 16, '0'))) AS line
       FROM {facts}.epochs FINAL ORDER BY epoch_no`,
    )
  ).map(({ line }) => line);

test('an epoch that moved when its device turned out to be two, and whose row did not, is written again', async () => {
  await site.process(site.report(COPIED, {}), site.report(OTHER, {}));
  expect(await audit()).toBe(0);
  // As a crash between the control store and the tables leaves it.
  const { deviceId } = site.control.epochs.split({
    ...{ epochNo: 1, senderDeviceId: COPIED, sequence: 1, dirty: [], now: NOW },
  });
  for (const { target, generation } of site.control.dirtyMarks()) site.control.clearDirty(target, generation);
  expect(await owners()).toEqual([`1 ${COPIED}`, `2 ${OTHER}`]);
  expect(await audit()).toBe(1);
  expect(await owners()).toEqual([`1 ${deviceId}`, `2 ${OTHER}`]);
  expect(site.control.dirtyMarks().map(({ target }) => target.kind)).toContain('inventory');
  expect(await audit()).toBe(0);
}, 60_000);
