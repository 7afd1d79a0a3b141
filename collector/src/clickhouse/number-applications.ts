/**
 * Gives every application version a dense number and loads "executable to application" into a dictionary, once
 * before each round of deriving. A look-up by number in a flat array costs some 5 ns where a join costs 60
 * (65,536 devices with 2,000 executables each: 3.5 CPU seconds for all bitmaps, 25 with a join).
 *
 * The numbers mean nothing beyond the round: nothing that stays is keyed by them.
 */
import type { ClickHouse } from './clickhouse.ts';
import { SMALLEST_SHOWN } from './small-groups.ts';
import { DERIVING } from './swap-partition.ts';

const NAMED_FOR = (executables: string): string => `
  SELECT application_id64 FROM {facts}.mappings FINAL WHERE recognised = 0 AND executable_no IN (${executables})`;
/** Applications that are named for a file, and have one in a home. */
const IN_HOMES = NAMED_FOR(`SELECT executable_no FROM {facts}.executables WHERE startsWith(path, '~')`);
/** And one elsewhere that many have: who puts one of that name anywhere must not bring the name out of somebody's home. */
const NAMED_ELSEWHERE = NAMED_FOR(`
  SELECT executable_no FROM {facts}.executables WHERE path != '' AND NOT startsWith(path, '~')
    AND executable_no IN (SELECT executable_no FROM {facts}.executable_devices WHERE devices >= ${SMALLEST_SHOWN})`);

/** In this order, so that of two versions used equally long the later one always wins. */
const NUMBERS = `
  INSERT INTO {facts}.application_numbers
  SELECT rowNumberInAllBlocks() + 1, application_id64, application_version, name, publisher, recognised, home_only
  FROM
  (
    SELECT application_id64, application_version, any(application) AS name, any(mapped.publisher) AS publisher,
      max(mapped.recognised) AS recognised, max(mapped.recognised) = 0 AND application_id64 IN (${IN_HOMES}) AND application_id64 NOT IN (${NAMED_ELSEWHERE}) AS home_only
    FROM (SELECT * FROM {facts}.mappings FINAL) AS mapped
    GROUP BY application_id64, application_version ORDER BY application_id64, application_version
  )`;

const OF_EXECUTABLE = `
  INSERT INTO {facts}.application_of_executable
  SELECT mapped.executable_no, numbered.application_no
  FROM (SELECT executable_no, application_id64, application_version FROM {facts}.mappings FINAL) AS mapped
  INNER JOIN {facts}.application_numbers AS numbered
    ON numbered.application_id64 = mapped.application_id64 AND numbered.version = mapped.application_version`;

/**
 * When it rejects, derive nothing before it has succeeded again. Executables lose their numbers first and get them last:
 * whatever an engine then loads after a start, none of them has the name of another.
 */
export async function numberApplications(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.command('TRUNCATE TABLE {facts}.application_of_executable');
  await clickhouse.command('TRUNCATE TABLE {facts}.application_numbers');
  // rowNumberInAllBlocks counts per thread.
  await clickhouse.command(`${NUMBERS} SETTINGS max_threads = 1`);
  await clickhouse.command(`${OF_EXECUTABLE} ${DERIVING}`);
  await loadNames(clickhouse);
  await clickhouse.command('SYSTEM RELOAD DICTIONARY {facts}.device_of');
}

/** Also after how many devices have what was derived: names in the homes of few are hidden by that. */
export async function loadNames(clickhouse: ClickHouse): Promise<void> {
  for (const dictionary of ['application_numbered', 'application_of'])
    await clickhouse.command(`SYSTEM RELOAD DICTIONARY {facts}.${dictionary}`);
}

/** False when a numbering broke off: executables are shown without names then. */
export async function areApplicationsNumbered(clickhouse: ClickHouse): Promise<boolean> {
  const [row] = await clickhouse.rows<{ numbered: number }>(
    `SELECT (SELECT count() FROM {facts}.application_of_executable) > 0 OR (SELECT count() FROM {facts}.mappings) = 0 AS numbered`,
  );
  return Boolean(row?.numbered);
}
