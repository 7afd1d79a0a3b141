/**
 * What a stored record is checked against: CRC-32 over its header fields and its envelope, so that a record
 * whose offset, time or device was damaged is noticed as well as one whose content was.
 */
import { crc32 } from 'node:zlib';
import { PARTITIONS, type StreamRecordKind } from './stream.ts';

/** As stored; never renumber. */
export const KIND_CODES: Readonly<Record<StreamRecordKind, number>> = { report: 1, evidence: 2 };

export function kindOfCode(code: number): StreamRecordKind | undefined {
  return code === KIND_CODES.report ? 'report' : code === KIND_CODES.evidence ? 'evidence' : undefined;
}

export interface ChecksummedHeader {
  offset: number;
  receivedAt: number;
  kindCode: number;
  partition: number;
  /** 8 bytes. */
  device: Uint8Array;
}

const header = Buffer.alloc(26);

export function recordChecksum(fields: ChecksummedHeader, envelope: Uint8Array): number {
  header.writeDoubleLE(fields.offset, 0);
  header.writeDoubleLE(fields.receivedAt, 8);
  header.writeUInt8(fields.kindCode & 0xff, 16);
  header.writeUInt8(fields.partition & 0xff, 17);
  header.set(fields.device.subarray(0, 8), 18);
  return crc32(envelope, crc32(header));
}

/** Which partition a device's records are in; fixed for ever, because order is kept per partition. */
export function partitionOf(device: Uint8Array): number {
  return crc32(device) % PARTITIONS;
}
