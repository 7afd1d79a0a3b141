/**
 * A record as a message of JetStream: 21 bytes, then the envelope as it was received. The servers check their files themselves; the checksum
 * is for everything between the receiver and whoever processes it. Its offset is the message's place in the stream, which is not known
 * when it is made.
 */
import { damagedRow } from '../damaged-record.ts';
import { KIND_CODES, kindOfCode, partitionOf, recordChecksum } from '../record-checksum.ts';
import type { NewStreamRecord, StreamRecord } from '../stream.ts';

/** Kind 1, device 8, receivedAt 8 (a double), checksum 4. */
const HEADER_BYTES = 21;
const UNKNOWN_OFFSET = 0;

export interface StreamMessage {
  partition: number;
  payload: Uint8Array;
}

export function messageOf({ kind, deviceId, receivedAt, envelope }: NewStreamRecord): StreamMessage {
  const device = Buffer.from(deviceId, 'hex');
  const partition = partitionOf(device);
  const payload = Buffer.allocUnsafe(HEADER_BYTES + envelope.length);
  const kindCode = KIND_CODES[kind];
  payload.writeUInt8(kindCode, 0);
  payload.set(device, 1);
  payload.writeDoubleLE(receivedAt, 9);
  const header = { offset: UNKNOWN_OFFSET, receivedAt, kindCode, partition, device };
  payload.writeUInt32LE(recordChecksum(header, envelope), 17);
  payload.set(envelope, HEADER_BYTES);
  return { partition, payload };
}

/** Marked when it is not what was appended, see damaged-record.ts. */
export function recordOf(offset: number, payload: Uint8Array): StreamRecord {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.length < HEADER_BYTES) return damagedRow(offset, { envelope: bytes });
  const device = bytes.subarray(1, 9);
  const [kindCode, receivedAt] = [bytes.readUInt8(0), bytes.readDoubleLE(9)];
  const envelope = new Uint8Array(bytes.subarray(HEADER_BYTES));
  const partition = partitionOf(device);
  const kind = kindOfCode(kindCode);
  const header = { offset: UNKNOWN_OFFSET, receivedAt, kindCode, partition, device };
  if (kind === undefined || recordChecksum(header, envelope) !== bytes.readUInt32LE(17))
    return damagedRow(offset, { device: Buffer.from(device), envelope, kind: kindCode, partition });
  return { kind, deviceId: device.toString('hex'), receivedAt, envelope, offset, partition };
}
