/** From stored bytes back to the message a device sent. Pure but for the decompression. */
import { EvidenceBatch, MAX_MESSAGE_BYTES, payloadHash, Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import type { StreamRecord } from '../stream/stream.ts';

export type DecodedRecord =
  | { kind: 'report'; source: StreamRecord; report: Report; hash: Uint8Array }
  | { kind: 'evidence'; source: StreamRecord; batch: EvidenceBatch }
  | {
      kind: 'undecodable';
      source: StreamRecord;
      reason: 'record-undecodable' | 'record-damaged';
      detail: string;
    };

/** Never throws: what was accepted once and cannot be read now is a record for quarantine. */
export function decodeRecord(source: StreamRecord): DecodedRecord {
  if (source.damage !== undefined)
    return { kind: 'undecodable', source, reason: 'record-damaged', detail: source.damage };
  try {
    if (source.kind === 'evidence') {
      const opened = reopenVerifiedEnvelope(source.envelope, 'EvidenceBatch', MAX_MESSAGE_BYTES);
      return { kind: 'evidence', source, batch: EvidenceBatch.decode(opened.message) };
    }
    const opened = reopenVerifiedEnvelope(source.envelope, 'Report', MAX_MESSAGE_BYTES);
    return {
      kind: 'report',
      source,
      report: Report.decode(opened.message),
      hash: payloadHash(opened.payload),
    };
  } catch (error) {
    return { kind: 'undecodable', source, reason: 'record-undecodable', detail: String(error) };
  }
}
