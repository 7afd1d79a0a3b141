/**
 * Records that cannot be read as they were written. They are handed out all the same, marked, so that whoever processes
 * them puts them aside where an administrator sees them: what was lost, of whom as far as that can be told, and the
 * bytes that are left. Neighbours of which nothing is left are one record.
 */
import { kindOfCode, partitionOf } from './record-checksum.ts';
import type { StreamRecord } from './stream.ts';

/** Of a device that cannot be told. */
const NOBODY = '0000000000000000';

/** A row whose checksum does not hold. What it says of itself is believed where it agrees with itself. */
export function damagedRow(offset: number, row: Record<string, unknown>): StreamRecord {
  const { device, envelope, kind } = row;
  const known = device instanceof Uint8Array && device.length === 8 && partitionOf(device) === row.partition;
  return {
    kind: kindOfCode(kind as number) ?? 'report',
    deviceId: known ? Buffer.from(device).toString('hex') : NOBODY,
    ...{ receivedAt: 0, offset, partition: 0 },
    envelope: envelope instanceof Uint8Array ? envelope : new Uint8Array(0),
    damage: `the checksum of the record at offset ${offset} does not hold`,
  };
}

/** Offsets `first` to `last`, of which nothing is left. */
export function lostRecords(first: number, last: number): StreamRecord {
  const which = first === last ? `the record at offset ${first}` : `records at offsets ${first} to ${last}`;
  return {
    ...{ kind: 'report', deviceId: NOBODY, receivedAt: 0, offset: last, partition: 0 },
    envelope: new Uint8Array(0),
    damage: `${which} cannot be read`,
  };
}

/** A file that was set aside, whose last record has at most this offset. */
export function lostSegment(file: string, first: number, last: number): StreamRecord {
  const damage = `no record of the segment from offset ${first} can be read; the file is kept as ${file}`;
  return { ...lostRecords(first, last), damage };
}
