/**
 * A loaded database for re-mapping, made inside the engine: executables with mappings, devices with inventories, and
 * days of use. Every number follows from its place, so that a recount needs nothing but the sizes.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EMPTY_CATALOGUE } from '../../collector/src/catalogue/catalogue.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { MAPPING_RULES } from '../../collector/src/map/map-executable.ts';
import type { CollectorUnderLoad } from '../load/collector-under-load.ts';

export interface RemapFleetSize {
  devices: number;
  /** Distinct executables of the fleet. */
  distinct: number;
  days: number;
}

/** Executables of one package. */
export const PER_PACKAGE = 50;
/** Installed on a device: a system's, popular ones, and some that few have. */
const OF_SYSTEM = 1_200;
const POPULAR = 700;
const RARE = 100;
const SYSTEMS = 4;
const USED_A_DAY = 30;
/** Real devices of the run come before, and have the bitmaps' first container for themselves. */
export const FIRST_EPOCH = 65_536;
/** An odd factor makes of each number an id of its own (multiplicative hashing, 2^64 divided by the golden ratio). */
const ID_FACTOR = 0x9e3779b97f4a7c15n;
const CHUNK = 100_000;
const INSERT_DEVICES = 8_192;

/** What the collector's own store knows of them; before its start, since it reads ids into memory then. */
export function knowExecutables(dataFolder: string, { distinct }: RemapFleetSize): void {
  mkdirSync(join(dataFolder, 'collector'), { recursive: true });
  const control = new SqliteControlStore({ path: join(dataFolder, 'collector/control.db') });
  for (let first = 1; first <= distinct; first += CHUNK) {
    const count = Math.min(CHUNK, distinct - first + 1);
    const ids = new BigUint64Array(count);
    for (let n = 0; n < count; n++) ids[n] = BigInt(first + n) * ID_FACTOR;
    control.internExecutables(new Uint8Array(ids.buffer));
    control.commitProcessed({
      ...{
        checkpoint: 0,
        dirty: [],
        directives: [],
        resolved: [],
        superseded: [],
        undescribedUse: [],
      },
      ...{ quarantined: [], now: 0 },
      evidenceProcessed: Array.from(ids, (id) => id.toString(16).padStart(16, '0')),
    });
  }
  // Mapped already by the catalogue that the collector will find.
  const { generation } = control.openCatalogue(
    `${MAPPING_RULES}-${EMPTY_CATALOGUE.fingerprint}`,
    EMPTY_CATALOGUE.version,
  );
  control.finishRemap(generation, [], 0);
  control.close();
}

/** Days since 1970 on which the devices were used, the newest last. */
export async function fillTables(
  collector: CollectorUnderLoad,
  size: RemapFleetSize,
  today: number,
  say: (progress: string) => void,
): Promise<void> {
  const run = (sql: string) => collector.writerSql(`${sql} SETTINGS max_threads = 2, max_block_size = 8192`);
  const packageOf = `intDiv(no - 1, ${PER_PACKAGE})`;
  const numbers = `(SELECT toUInt32(number + 1) AS no FROM numbers(${size.distinct}))`;
  await run(`INSERT INTO fleetmeter_facts.executables (executable_no, executable_id64, version, sha256, path, size, format,
      package_manager, package_name, package_version, package_vendor, first_seen)
    SELECT no, toUInt64(no) * toUInt64(${ID_FACTOR}), 1, unhex(hex(SHA256(toString(no)))), concat('/usr/bin/tool-', toString(no)), 1000, 'elf',
      'dpkg', concat('package-', toString(${packageOf})), concat('1.', toString(${packageOf} % 9)), 'Vendor', now64(3)
    FROM ${numbers}`);
  // As an older catalogue said: every mapping will be another.
  await run(`INSERT INTO fleetmeter_facts.mappings (executable_no, version, application_id64, application, publisher, application_version,
      recognised, fingerprint)
    SELECT no, 1, sipHash64(${packageOf}), concat('package-', toString(${packageOf})), 'Vendor', concat('1.', toString(${packageOf} % 9)), 1,
      sipHash64(${packageOf}, 'fingerprint')
    FROM ${numbers}`);
  say(`${size.distinct} executables made`);
  await run(`INSERT INTO fleetmeter_facts.epochs SELECT ${FIRST_EPOCH} + number, sipHash64(number, 'device'), 0, now64(3), 0
    FROM numbers(${size.devices})`);
  for (let first = 0; first < size.devices; first += INSERT_DEVICES)
    await run(`INSERT INTO fleetmeter_facts.device_inventory (epoch_no, version, digest_count, ids, received_at)
      SELECT ${FIRST_EPOCH} + number, 1, length(installed), ${installed(size.distinct)} AS installed, now64(3)
      FROM numbers(${first}, ${Math.min(INSERT_DEVICES, size.devices - first)})`);
  say(`${size.devices} inventories made`);
  for (let day = today - size.days + 1; day <= today; day++)
    await run(`INSERT INTO fleetmeter_facts.usage (day, epoch_no, executable_no, user, run, generation, seconds, launches_user,
        slots_0, slots_1)
      SELECT toDate(${day}), ${FIRST_EPOCH} + number, ${used(size.distinct)}, unhex(leftPad(hex(number), 32, '0')), ${day}, 0,
        60 + j, 1, 18446744073709551615, 18446744073709551615
      FROM (SELECT number FROM numbers(${size.devices})) ARRAY JOIN range(${USED_A_DAY}) AS j`);
  say(`${size.days} days of use made`);
}

/** Ascending numbers of what the device `number` has. Popular ones are drawn with a density that falls off. */
function installed(distinct: number): string {
  const systems = Math.floor(distinct / 5);
  const ofSystem = `range(toUInt32(1 + (number % ${SYSTEMS}) * ${Math.floor(systems / SYSTEMS)}),
    toUInt32(1 + (number % ${SYSTEMS}) * ${Math.floor(systems / SYSTEMS)} + ${Math.min(OF_SYSTEM, Math.floor(systems / SYSTEMS))}))`;
  const popular = `arrayMap(j -> toUInt32(1 + ${systems} + ${systems} * pow((sipHash64(number, j) % 1000000) / 1000000., 2.5)), range(${POPULAR}))`;
  const rare = `arrayMap(j -> toUInt32(1 + sipHash64(number, j, 'rare') % ${distinct}), range(${RARE}))`;
  return `arraySort(arrayDistinct(arrayConcat(${ofSystem}, ${popular}, ${rare})))`;
}

function used(distinct: number): string {
  const systems = Math.floor(distinct / 5);
  return `toUInt32(if(j < 15, 1 + (number % ${SYSTEMS}) * ${Math.floor(systems / SYSTEMS)} + j * 7,
    1 + ${systems} + ${systems} * pow((sipHash64(number, j) % 1000000) / 1000000., 2.5)))`;
}
