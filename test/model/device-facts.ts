/** What the tables say of devices, and what is true on them, as lines that can be compared. */
import { expect } from 'vitest';
import type { ClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import type { TrialDevice } from './trial-device.ts';

/** Everything of these devices that is in the tables, against what is true on them. */
export async function expectFacts(clickhouse: ClickHouse, devices: readonly TrialDevice[]): Promise<void> {
  expect(await installedInTables(clickhouse)).toEqual(sorted(devices.map(installedOn)));
  expect(await usageInTables(clickhouse)).toEqual(sorted(devices.flatMap(usageOn)));
  expect(await coverageInTables(clickhouse)).toEqual(sorted(devices.flatMap(coverageOn)));
}

const sorted = (lines: string[]): string[] => lines.sort();

function installedOn({ deviceId, hostname, installed }: TrialDevice): string {
  return `${deviceId} ${hostname} ${[...installed.keys()].sort().join(',')}`;
}

const hexDevice = `lower(leftPad(hex(owner.device_id64), 16, '0'))`;
const OWNER = `(SELECT epoch_no, device_id64 FROM {facts}.epochs FINAL) AS owner`;

async function lines(clickhouse: ClickHouse, sql: string): Promise<string[]> {
  const rows = await clickhouse.rows<{ line: string }>(sql);
  return rows.map(({ line }) => line).sort();
}

const installedInTables = (clickhouse: ClickHouse): Promise<string[]> =>
  lines(
    clickhouse,
    `
    SELECT concat(${hexDevice}, ' ', any(host.hostname), ' ', arrayStringConcat(arraySort(groupArrayIf(
      lower(leftPad(hex(named.executable_id64), 16, '0')), listed.executable_no > 0)), ',')) AS line
    FROM (SELECT epoch_no, device_id64 FROM {facts}.current_epochs) AS owner
    INNER JOIN (SELECT epoch_no FROM {facts}.device_heads FINAL) AS head ON head.epoch_no = owner.epoch_no
    INNER JOIN
    (
      SELECT epoch_no, executable_no FROM {facts}.device_inventory FINAL LEFT ARRAY JOIN ids AS executable_no
    ) AS listed ON listed.epoch_no = owner.epoch_no
    INNER JOIN (SELECT device_id64, hostname FROM {facts}.host_facts FINAL) AS host ON host.device_id64 = owner.device_id64
    LEFT JOIN (SELECT executable_no, executable_id64 FROM {facts}.executables FINAL) AS named
      ON named.executable_no = listed.executable_no
    GROUP BY owner.device_id64`,
  );

const usageInTables = (clickhouse: ClickHouse): Promise<string[]> =>
  lines(
    clickhouse,
    `
    SELECT concat(device, ' ', toString(day), ' ', toString(run), ' ', toString(count()), ' ', toString(sum(row_seconds)), ' ',
      toString(sum(row_launches)), ' ', toString(sum(row_marks))) AS line
    FROM
    (
      SELECT ${hexDevice} AS device, toUInt32(facts.day) AS day, facts.run AS run, facts.executable_no, facts.user,
        max(facts.seconds) AS row_seconds, max(facts.launches_user) + max(facts.launches_service) AS row_launches,
        bitCount(groupBitOr(facts.slots_0)) + bitCount(groupBitOr(facts.slots_1)) + bitCount(groupBitOr(facts.slots_2))
          + bitCount(groupBitOr(facts.slots_3)) + bitCount(groupBitOr(facts.slots_4)) AS row_marks
      FROM {facts}.usage AS facts INNER JOIN ${OWNER} ON owner.epoch_no = facts.epoch_no
      GROUP BY device, day, run, facts.executable_no, facts.user
    )
    GROUP BY device, day, run`,
  );

function usageOn({ deviceId, usage }: TrialDevice): string[] {
  const groups = Map.groupBy(usage.values(), ({ day, run }) => `${day} ${run}`);
  return [...groups].map(([group, rows]) => {
    const sum = (of: (row: (typeof rows)[number]) => number) =>
      rows.reduce((total, row) => total + of(row), 0);
    const sums = [sum((row) => row.seconds), sum((row) => row.launches), sum((row) => row.marks.size)];
    return `${deviceId} ${group} ${rows.length} ${sums.join(' ')}`;
  });
}

const coverageInTables = (clickhouse: ClickHouse): Promise<string[]> =>
  lines(
    clickhouse,
    `
    SELECT concat(${hexDevice}, ' ', toString(toUInt32(facts.day)), ' ', toString(facts.run), ' ', toString(max(facts.seconds))) AS line
    FROM {facts}.coverage AS facts INNER JOIN ${OWNER} ON owner.epoch_no = facts.epoch_no
    GROUP BY owner.device_id64, facts.day, facts.run`,
  );

function coverageOn({ deviceId, coverage }: TrialDevice): string[] {
  return [...coverage.values()].map(({ day, run, seconds }) => `${deviceId} ${day} ${run} ${seconds}`);
}
