/**
 * The stream is the dam between receiving and processing. This is its contract; sqlite-stream.ts is the
 * embedded implementation.
 *
 * - `append` resolves only after the record is on stable storage; a rejected append stored nothing.
 * - Offsets start at 1, rise by one, and are never reused. Records of one device are read in the order they
 *   were appended.
 * - What is damaged is counted, and handed out marked as such: it is to be put aside, see damaged-record.ts.
 * - `trim` drops whole segments that lie entirely at or below the offset; the caller passes its checkpoint.
 */
export type StreamRecordKind = 'report' | 'evidence';

export interface NewStreamRecord {
  kind: StreamRecordKind;
  /** 16 hex digits; also chooses the partition. */
  deviceId: string;
  /** Milliseconds since 1970, collector's clock. */
  receivedAt: number;
  /** The envelope as it was received and verified. */
  envelope: Uint8Array;
}

export interface StreamRecord extends NewStreamRecord {
  offset: number;
  /** 0 to 255, a hash of the device. */
  partition: number;
  /** What is wrong with it, in words; nothing else of such a record is to be relied on but its offset. */
  damage?: string;
}

export interface StreamRange {
  records: StreamRecord[];
  /** The last offset examined, also when its record was unreadable; read on from here. */
  through: number;
  /** Records of this range that are damaged. */
  unreadable: number;
}

export interface StreamStats {
  /** Last offset appended; 0 when empty. */
  head: number;
  /** Bytes of stored envelopes not yet trimmed. */
  bytes: number;
  records: number;
  unreadable: number;
  /** Records that a damaged write-ahead log still held and that were put back, since the start. */
  salvaged: number;
  /** Records that were dropped unprocessed to make room, since the start; see `StreamLimits.atLimit`. */
  dropped: number;
  /** Bytes that are free on its disk. */
  freeBytes: number;
}

/** What lies behind an offset. */
export interface StreamBacklog {
  records: number;
  /** Of their envelopes; of a segment that lies partly behind the offset, its share by the number of records. */
  bytes: number;
  /** Milliseconds since 1970 when the first of them was received; undefined without one, or when it is unreadable. */
  oldestReceivedAt: number | undefined;
}

/** The stream takes no more until space is free again: answer 503 with Retry-After. */
export class StreamFullError extends Error {
  override name = 'StreamFullError';
}

export interface Stream {
  append(record: NewStreamRecord): Promise<number>;
  read(after: number, limits: { maxRecords: number; maxBytes: number }): Promise<StreamRange>;
  /** Calls back after each commit, with the new head. Returns how to stop that. */
  onAppend(listener: (head: number) => void): () => void;
  trim(through: number): Promise<void>;
  stats(): Promise<StreamStats>;
  backlog(after: number): Promise<StreamBacklog>;
  close(): Promise<void>;
}

export const PARTITIONS = 256;
