/** Content of files in pieces, at most so many bytes a second: a backup must not take the disk from what is reported. */
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const PIECE = 1024 * 1024;
/** Shorter waits cost more than they are worth. */
const LEAST_WAIT_MS = 5;

export class Pace {
  readonly #bytesPerSecond: number;
  readonly #began = performance.now();
  #bytes = 0;

  /** Infinity for no limit. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  async take(bytes: number): Promise<void> {
    this.#bytes += bytes;
    const due = (this.#bytes / this.#bytesPerSecond) * 1000;
    const wait = due - (performance.now() - this.#began);
    if (wait > LEAST_WAIT_MS) await sleep(wait);
  }
}

/** `bytes` of the file from `from` on. Rejects when it has fewer. */
export async function* piecesOf(
  path: string,
  pace: Pace,
  from: number,
  bytes: number,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < bytes; ) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, bytes - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, from + at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${at} bytes of ${bytes}`);
      at += bytesRead;
      await pace.take(bytesRead);
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
