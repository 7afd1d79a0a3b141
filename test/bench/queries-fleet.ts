/**
 * A fleet made inside the engine, the same every time: what facts and aggregates hold after some months, as devices
 * and the recompute job would have left them there.
 *
 * Popularity is what matters: a base that every device has, an image of its department, and a long tail of which
 * the first programs are on many devices and most are on one or two.
 */
import type { ClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveDevices } from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveLastUses } from '../../collector/src/clickhouse/derive-last-uses.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { makeCoverageDay, makeCoverageWindows, PERSON_PRESENT } from './queries-coverage.ts';

export interface QueriesFleet {
  devices: number;
  /** Days of use, the last of which is today, UTC. */
  days: number;
  /** Different executables; a device has 2,000 of them. */
  executables: number;
  /** Parts that every fact table is written in, and each of the newest days. */
  parts: number;
}

/** Days that still lie in many parts when the fleet is made: the others were merged long ago. */
const UNMERGED_DAYS = 7;
/** One device in so many lost its state once and has an old epoch too. */
const TWO_EPOCHS = 50;
/** Programs of a device that may be used on a day; three quarters of them are. */
const CANDIDATES = 40;

/** Four executables are an application version, five versions an application. */
const VERSION_OF = (executable: string) => `intDiv(${executable}, 4)`;
const APPLICATION_OF = (executable: string) => `intDiv(${executable}, 20)`;
const ID_OF = (application: string) => `cityHash64('application', ${application})`;
const HEX = (id: string) => `lower(leftPad(hex(${id}), 16, '0'))`;
const NAME_OF = (application: string) =>
  `concat(['Office', 'Studio', 'Player', 'Viewer', 'Agent', 'Editor', 'Server', 'Tools'][${application} % 8 + 1], ' ', toString(${application}))`;
const PUBLISHER_OF = (application: string) =>
  `concat('Publisher ', toString(cityHash64(${application}) % 5000))`;
/** A number below `below`, small ones far more often. */
const SKEWED = (hash: string, below: string, power: number) =>
  `toUInt32(pow((${hash} % 1048576) / 1048576, ${power}) * ${below})`;

/**
 * One of `parts` lots of the numbers below `rows`. Interleaved: every part of what devices send has rows from
 * everywhere. In a row: epochs and executables are numbered as they come.
 */
const NUMBERS =
  'SELECT if({interleaved:UInt8}, number * {parts:UInt32} + {part:UInt32}, {part:UInt32} * intDiv({rows:UInt32}, {parts:UInt32}) + number) AS number FROM numbers(intDiv({rows:UInt32}, {parts:UInt32}))';
/** Tables whose keys come from the allocator. */
const ASCENDING = new Set(['epochs', 'executables']);

const EPOCHS = `
  SELECT toUInt32(number + 1) AS epoch_no,
    cityHash64('device', if(number < {devices:UInt32}, number, toUInt64(number - {devices:UInt32}) * ${TWO_EPOCHS})) AS device_id64
  FROM (${NUMBERS})`;

const FACTS: Record<string, string> = {
  epochs: `SELECT epoch_no, device_id64, 0, now64(3) - INTERVAL 200 DAY, 0 FROM (${EPOCHS})`,
  device_inventory: `
    SELECT epoch_no, 100 AS version, length(ids) AS digest_count, toFixedString('', 16), ids, now64(3)
    FROM (SELECT epoch_no, arraySort(arrayDistinct(arrayConcat(range(toUInt32(1), toUInt32(1201)),
        range(toUInt32(1201 + cityHash64(device_id64) % 64 * 300), toUInt32(1501 + cityHash64(device_id64) % 64 * 300)),
        arrayMap(i -> ${SKEWED('cityHash64(device_id64, i)', '{executables:UInt32}', 4)} + 1, range(500))))) AS ids
      FROM (${EPOCHS}))`,
  device_heads: `
    SELECT epoch_no, 100 + epoch_no % 900, toFixedString('', 16),
      now64(3) - toIntervalMinute(if(epoch_no % 33 = 0, 20000 + cityHash64(epoch_no) % 100000, epoch_no % 90)), now(), 7200,
      500 + epoch_no % 100, 40000 + epoch_no % 5000, 360000, 90000 + epoch_no % 9999, 2100,
      600000, 40, 900, epoch_no % 7, 0 FROM (${EPOCHS})`,
  host_facts: `
    SELECT DISTINCT device_id64, 1700000000000, concat('ws-', toString(device_id64 % 100000000)), 'linux', 'Debian GNU/Linux 12 (bookworm)',
      concat('12.', toString(device_id64 % 9)), 'x64', '6.1.0-25-amd64', 8, 31788, '0.1.0', toString(device_id64), toString(device_id64 % 10000000),
      [unhex('d8bbc1a7f012')], 0, '', 2, 0 FROM (${EPOCHS})`,
};

const EXECUTABLES = `
  SELECT number + 1, cityHash64('executable', number), 1, reinterpretAsFixedString(toUInt128(number)), SHA256(toString(number)) AS sha,
    concat(['/usr/bin', '/usr/lib', '/opt', '/usr/sbin', '/usr/libexec', '~/.local/bin', '/usr/share', '/snap'][cityHash64(${APPLICATION_OF('number')}) % 8 + 1],
      '/', lower(replaceOne(${NAME_OF(APPLICATION_OF('number'))}, ' ', '/')), '/', ['main', 'helper', 'update', 'daemon'][number % 4 + 1]),
    20000 + cityHash64(number) % 4000000, 'elf', substring(sha, 1, 20), 'dpkg', concat('package-', toString(${APPLICATION_OF('number')})),
    concat('1.', toString(${VERSION_OF('number')} % 5)), 'amd64', ${PUBLISHER_OF(APPLICATION_OF('number'))},
    concat(hex(sha), hex(sha), toString(number)), now64(3)
  FROM (${NUMBERS})`;

const MAPPINGS = `
  SELECT number + 1, 1, ${ID_OF('application')}, ${NAME_OF('application')}, ${PUBLISHER_OF('application')},
    concat(toString(application % 20 + 1), '.', toString(${VERSION_OF('number')} % 5), '.0'), application % 10 != 9, number
  FROM (SELECT number, ${APPLICATION_OF('number')} AS application FROM (${NUMBERS}))`;

const USE_COLUMNS =
  'day, application_id, device_id, application, publisher, version, seconds, launches, launches_by_user, computed_at, person_present';

/** Every candidate of every device, on a day of its own that is taken back later. */
const CANDIDATE_USE = `
  INSERT INTO {final}.usage_daily (${USE_COLUMNS})
  SELECT toDate('2000-01-01'), ${HEX(ID_OF('application'))}, ${HEX("cityHash64('device', device)")}, ${NAME_OF('application')},
    ${PUBLISHER_OF('application')}, concat(toString(application % 20 + 1), '.', toString(chance % 5), '.0'),
    60 + chance % 28000, 1 + chance % 9, chance % 3, now64(3), -1
  FROM
  (
    SELECT intDiv(number, ${CANDIDATES}) AS device, cityHash64(device, number % ${CANDIDATES}) AS chance,
      toUInt64(if(number % ${CANDIDATES} < 16, number % ${CANDIDATES} * 3,
        ${SKEWED('chance', APPLICATION_OF('{executables:UInt32}'), 4)})) AS application
    FROM numbers({from:UInt64}, {some:UInt64})
    LIMIT 1 BY device, application
  )`;

/** Three quarters of the candidates, in parts of `rows` rows; one in eight of them was started before that day. */
const DAY_OF_USE = `
  INSERT INTO {final}.usage_daily (${USE_COLUMNS})
  WITH cityHash64('started', device_id, application_id, {ago:UInt16}) % 8 > 0 AS started
  SELECT today() - {ago:UInt16}, application_id, device_id, application, publisher, version,
    (seconds * 7 + {ago:UInt16} * 997) % 28800 + 1, launches * started, launches_by_user * started, now64(3), ${PERSON_PRESENT}
  FROM {final}.usage_daily
  WHERE day = '2000-01-01' AND cityHash64(device_id, application_id, {ago:UInt16}) % 4 < 3`;

/**
 * The facts that such a day is derived from, of one device in so many: a question about one device reads one granule
 * of a day, however many devices there are.
 */
const FACTS_OF_ONE_IN = 10;
const DAY_OF_FACTS = `
  INSERT INTO {facts}.usage
  SELECT today() - {ago:UInt16}, epoch_no, toUInt32(if(program < 16, program * 60, ${SKEWED('chance', '{executables:UInt32}', 4)}) + 1),
    toFixedString(toString(program % 2), 16), 7, 0, 60 + (chance + {ago:UInt16} * 997) % 3600, 1, 0, 0, 0, 0, -1, -1,
    chance, bitShiftRight(chance, 8), 0, 0, 0, 1
  FROM
  (
    SELECT toUInt32(intDiv(number, ${CANDIDATES}) * ${FACTS_OF_ONE_IN} + 1) AS epoch_no, number % ${CANDIDATES} AS program,
      cityHash64(epoch_no, program) AS chance
    FROM numbers(intDiv({devices:UInt64}, ${FACTS_OF_ONE_IN}) * ${CANDIDATES})
  )
  WHERE cityHash64(chance, {ago:UInt16}) % 4 < 3`;

const DAY_OF_APPLICATIONS = `
  INSERT INTO {final}.application_usage_daily
    (day, application_id, application, publisher, devices, devices_used, seconds, launches, computed_at)
  SELECT today() - {ago:UInt16}, application_id, max(app_name), max(app_publisher), max(having_it), sum(using_it), sum(app_seconds),
    sum(app_launches), now64(3)
  FROM
  (
    SELECT application_id, any(name) AS app_name, any(publisher) AS app_publisher, max(devices) AS having_it, 0 AS using_it,
      0 AS app_seconds, 0 AS app_launches
    FROM {facts}.application_devices GROUP BY application_id
    UNION ALL
    SELECT application_id, any(application), any(publisher), 0, count(), sum(seconds), sum(launches)
    FROM {final}.usage_daily WHERE day = today() - {ago:UInt16} GROUP BY application_id
  )
  GROUP BY application_id`;

/** Leaves merges stopped, fact tables and the newest days in many parts. */
export async function makeQueriesFleet(
  clickhouse: ClickHouse,
  fleet: QueriesFleet,
  say: (progress: string) => void,
): Promise<void> {
  await clickhouse.command('SYSTEM STOP MERGES');
  await makeFacts(clickhouse, fleet);
  say('facts are there; deriving the present inventory');
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, Date.now(), 'bench');
  await deriveDevices(clickhouse, Date.now());
  say('a day of use');
  await makeUse(clickhouse, fleet, say);
}

async function makeFacts(clickhouse: ClickHouse, fleet: QueriesFleet): Promise<void> {
  const { devices, executables, parts } = fleet;
  const inParts = async (table: string, select: string, rows: number): Promise<void> => {
    const whole = Math.floor(rows / parts) * parts;
    const interleaved = ASCENDING.has(table) ? 0 : 1;
    for (let part = 0; part < parts; part++)
      await clickhouse.command(
        `INSERT INTO {facts}.${table} ${select} SETTINGS max_block_size = 8192, min_insert_block_size_rows = 10000000`,
        { devices, executables, rows: whole, parts, part, interleaved },
      );
  };
  await inParts('executables', EXECUTABLES, executables);
  await inParts('mappings', MAPPINGS, executables);
  for (const [table, select] of Object.entries(FACTS))
    await inParts(table, select, devices + Math.floor(devices / TWO_EPOCHS));
}

async function makeUse(
  clickhouse: ClickHouse,
  { devices, days, executables, parts }: QueriesFleet,
  say: (progress: string) => void,
): Promise<void> {
  const all = devices * CANDIDATES;
  const step = 250_000 * CANDIDATES;
  for (let from = 0; from < all; from += step)
    await clickhouse.command(CANDIDATE_USE, { executables, from, some: Math.min(step, all - from) });
  for (let ago = days - 1; ago >= 0; ago--) {
    const perPart = ago < UNMERGED_DAYS ? Math.ceil(((CANDIDATES * 3) / 4) * (devices / parts)) : 100_000_000;
    await clickhouse.command(
      `${DAY_OF_USE} SETTINGS min_insert_block_size_rows = ${perPart}, min_insert_block_size_bytes = 0, max_insert_threads = 1`,
      { ago },
    );
    await clickhouse.command(DAY_OF_FACTS, { ago, devices, executables });
    await clickhouse.command(DAY_OF_APPLICATIONS, { ago });
    await makeCoverageDay(clickhouse, ago);
    if (ago % 10 === 0) say(`${days - ago} of ${days} days`);
  }
  await clickhouse.command(`ALTER TABLE {final}.usage_daily DROP PARTITION '2000-01-01'`);
  await deriveLastUses(clickhouse);
  await makeCoverageWindows(clickhouse);
}

/** What background merging does in time, at once. */
export async function mergeQueriesFleet(clickhouse: ClickHouse, days: number): Promise<void> {
  await clickhouse.command('SYSTEM START MERGES');
  for (const table of [...Object.keys(FACTS), 'executables', 'mappings'])
    await clickhouse.command(`OPTIMIZE TABLE {facts}.${table} FINAL`);
  for (let ago = Math.min(days, UNMERGED_DAYS) - 1; ago >= 0; ago--) {
    const [{ day } = { day: '' }] = await clickhouse.rows<{ day: string }>(`SELECT today() - ${ago} AS day`);
    for (const table of ['{final}.usage_daily', '{facts}.usage'])
      await clickhouse.command(`OPTIMIZE TABLE ${table} PARTITION '${day}' FINAL`);
  }
}
