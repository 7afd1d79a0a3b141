/** `fleetmeter-collector retention show`: how long what is kept, and what would go now. Changes nothing. */
import type { Command } from 'commander';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { agedPartitions, countUnreferenced, daysToClear, daysToFinish } from '../clickhouse/retain-rows.ts';
import { livesOf } from '../config/kept-lives.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { engineAddress } from '../configured-engine.ts';
import { type CommandOutput, EnrolCommandError, textTable, withPlace } from '../enrol/command-line.ts';
import { oldestKept } from './lives.ts';
import { keptSince } from './retention.ts';

const MILLISECONDS_A_DAY = 86_400_000;

export function addRetention(program: Command, output: CommandOutput): void {
  const retention = program.command('retention').description('how long what is kept');
  withPlace(retention.command('show'), output, (flags, _, config) => show(config, flags, output)).description(
    'what is kept for how long, and what the next round would give up; changes nothing',
  );
}

async function show(
  config: CollectorConfig,
  flags: Record<string, unknown>,
  output: CommandOutput,
): Promise<void> {
  const clickhouse = connectClickHouse(engineAddress(config));
  try {
    if (!(await clickhouse.ping()))
      throw new EnrolCommandError(
        `no answer from ${engineAddress(config).url}: start the collector, or name its sqlPort`,
      );
    const due = await dueNow(clickhouse, config, output.now());
    output.print(flags.json ? `${JSON.stringify(due)}\n` : inWords(due));
  } finally {
    await clickhouse.close();
  }
}

interface Due {
  kept: {
    what: string;
    setting: string;
    life: string;
    since: string | undefined;
    days: number;
    rows: number;
    bytes: number;
  }[];
}

/** Of each kind its life, the oldest day that is kept, and how much is older. */
async function dueNow(clickhouse: ClickHouse, config: CollectorConfig, now: number): Promise<Due> {
  const lives = livesOf(config);
  const oldest = oldestKept(lives, now);
  const aged = await agedPartitions(clickhouse, keptSince(oldest));
  const unreferenced = await countUnreferenced(clickhouse, now - lives.evidenceDays * MILLISECONDS_A_DAY);
  const marks = new Set([
    ...(await daysToFinish(clickhouse, oldest.slots)),
    ...(await daysToClear(clickhouse)),
  ]);
  const older = (kind: string) => {
    const partitions = aged.filter((partition) => partition.kind === kind);
    return {
      days: new Set(partitions.map(({ day }) => day)).size,
      rows: partitions.reduce((sum, { rows }) => sum + rows, 0),
      bytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
  const nothing = { days: 0, rows: 0, bytes: 0 };
  const row = (
    what: string,
    setting: string,
    life: string,
    since: number | undefined,
    due: typeof nothing,
  ) => ({
    ...{ what, setting, life, since: since === undefined ? undefined : dateOf(since) },
    ...due,
  });
  return {
    kept: [
      row('five-minute marks', 'keepSlotsDays', `${lives.slotsDays} days`, oldest.slots, {
        ...nothing,
        days: marks.size,
      }),
      row(
        'use by user and executable',
        'keepUserUsageDays',
        `${lives.userUsageDays} days`,
        oldest.userUsage,
        older('user-usage'),
      ),
      row(
        'use by device and application',
        'keepDeviceUsageMonths',
        `${lives.deviceUsageMonths} months`,
        oldest.deviceUsage,
        older('device-usage'),
      ),
      row(
        'last use of an application',
        'keepLastUsedDays',
        `${lives.lastUsedDays} days`,
        oldest.lastUsed,
        nothing,
      ),
      row(
        'totals of applications',
        'keepApplicationUsageMonths',
        `${lives.applicationUsageMonths} months`,
        oldest.applicationUsage,
        older('application-usage'),
      ),
      row('evidence nobody has any more', 'keepEvidenceDays', `${lives.evidenceDays} days`, undefined, {
        ...nothing,
        rows: unreferenced.due,
      }),
    ],
  };
}

function inWords({ kept }: Due): string {
  return textTable(
    ['kept', 'for', 'since', 'days due', 'rows due', 'MiB due', 'setting'],
    kept.map(({ what, life, since, days, rows, bytes, setting }) => [
      ...[what, life, since ?? '', String(days), String(rows), (bytes / 1024 / 1024).toFixed(1), setting],
    ]),
  );
}

const dateOf = (day: number): string => new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
