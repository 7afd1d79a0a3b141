/**
 * A ClickHouse server of the organisation may be away when the collector starts. That is no reason to refuse reports:
 * they wait in the stream, as they do when it goes away later.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ClickHouse } from './clickhouse.ts';

/** The collector was told to stop before it could begin to process. */
export class StoppedWhileWaitingError extends Error {
  override name = 'StoppedWhileWaitingError';
}

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5_000;

/** Resolves once the server answers. Rejects with StoppedWhileWaitingError when `stopped` comes first,
 * and at once with what is wrong when the server shows a certificate that is not trusted. */
export async function awaitServer(
  clickhouse: Pick<ClickHouse, 'reach'>,
  log: Pick<Logger, 'warn' | 'info'>,
  stopped: AbortSignal,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS, waited = false; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
    if (await clickhouse.reach()) {
      if (waited) log.info('the ClickHouse server answers');
      return;
    }
    if (!waited) log.warn('the ClickHouse server does not answer: reports are taken, and wait until it does');
    waited = true;
    await sleep(pauseMs, undefined, { signal: stopped }).catch(() => {
      throw new StoppedWhileWaitingError('told to stop while the ClickHouse server did not answer');
    });
  }
}
