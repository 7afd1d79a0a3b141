/** Finds and deletes what the tables hold of a person. */
import type { ClickHouse } from './clickhouse.ts';

export interface PersonTraces {
  /** Devices, 16 hex digits. */
  deviceIds: string[];
  epochNos: number[];
  /** Days since 1970, UTC. */
  days: number[];
  /** Each key once, however often it still lies there. */
  rows: number;
}

/** `person`: 16 bytes. Reads the users of all use that is kept. */
export async function tracesOfPerson(clickhouse: ClickHouse, person: Uint8Array): Promise<PersonTraces> {
  const [row] = await clickhouse.rows<{ devices: string[]; epochs: number[]; days: number[]; found: string }>(
    `SELECT arraySort(groupUniqArray(device)) AS devices, arraySort(groupUniqArray(epoch)) AS epochs,
       arraySort(groupUniqArray(on_day)) AS days, count() AS found
     FROM
     (
       -- By the table: the dictionary does not know epochs yet that were opened since it was loaded.
       SELECT DISTINCT toUInt32(toUInt16(used.day)) AS on_day, used.epoch_no AS epoch, used.executable_no AS executable, used.run AS run,
         used.generation AS generation, lower(leftPad(hex(owner.device_id64), 16, '0')) AS device
       FROM (SELECT * FROM {facts}.usage WHERE user = toFixedString(unhex({person:String}), 16)) AS used
       LEFT ANY JOIN (SELECT epoch_no, device_id64 FROM {facts}.epochs FINAL) AS owner ON owner.epoch_no = used.epoch_no
     )`,
    { person: Buffer.from(person).toString('hex') },
  );
  return {
    deviceIds: row?.devices ?? [],
    epochNos: row?.epochs ?? [],
    days: row?.days ?? [],
    rows: Number(row?.found ?? 0),
  };
}

/**
 * Returns when no row of use of the person is left in these epochs. What their devices say of whole days goes with it: it
 * sums the person too, and an audit would look for the difference. Safe to repeat; costs a rewrite of the parts concerned.
 */
export async function erasePersonRows(
  clickhouse: ClickHouse,
  person: Uint8Array,
  epochNos: readonly number[],
): Promise<void> {
  if (epochNos.length === 0) return;
  const ofEpochs = `epoch_no IN (${epochNos.join(',')})`;
  const ofPerson = `${ofEpochs} AND user IN (SELECT user FROM {facts}.persons_to_erase)`;
  await clickhouse.command('TRUNCATE TABLE {facts}.persons_to_erase');
  await clickhouse.command(
    'INSERT INTO {facts}.persons_to_erase SELECT toFixedString(unhex({person:String}), 16)',
    { person: Buffer.from(person).toString('hex') },
  );
  for (const [table, where] of [
    ['{facts}.usage', ofPerson],
    ['{facts}.usage_digests', ofEpochs],
  ])
    await clickhouse.command(`ALTER TABLE ${table} DELETE WHERE ${where} SETTINGS mutations_sync = 1`);
  await clickhouse.command('TRUNCATE TABLE {facts}.persons_to_erase');
}
