/** Says in the log when the stream comes near its limits, reaches one, or gives something up, once for each change. */
import type { Logger } from 'pino';
import type { Stream, StreamStats } from './stream.ts';

export interface RoomToWatch {
  stream: Pick<Stream, 'stats'>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Bytes free on the disk, and bytes held: beyond these a person should know. */
  lowFreeBytes: number;
  maxBytes: number;
  everyMs?: number;
}

const EVERY_MS = 10_000;
/** Of what the stream may hold. */
const NEARLY_FULL = 0.8;

/** Returns how to stop. */
export function watchRoom({ everyMs = EVERY_MS, ...room }: RoomToWatch): () => void {
  let low = false;
  let dropped = 0;
  const look = async (): Promise<void> => {
    const stats = await room.stream.stats();
    const isLow = isScarce(stats, room);
    const { freeBytes, bytes } = stats;
    if (isLow && !low) room.log.warn({ freeBytes, bytes }, 'the stream runs short of room');
    if (!isLow && low) room.log.info({ freeBytes, bytes }, 'the stream has room again');
    if (stats.dropped > dropped)
      room.log.error({ records: stats.dropped - dropped }, 'unprocessed reports were given up to make room');
    low = isLow;
    dropped = stats.dropped;
  };
  // A stream that cannot say is closing, or says so with the next report.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function isScarce({ freeBytes, bytes }: StreamStats, { lowFreeBytes, maxBytes }: RoomToWatch): boolean {
  return freeBytes < lowFreeBytes || bytes > NEARLY_FULL * maxBytes;
}
