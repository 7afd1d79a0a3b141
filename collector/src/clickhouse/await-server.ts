/**
 * A ClickHouse server of the organisation may be away when the collector starts. That is no reason to refuse reports:
 * they wait in the stream, as they do when it goes away later.
 */
import type { Logger } from 'pino';
import { awaitAnswer } from '../clock/await-answer.ts';
import type { ClickHouse } from './clickhouse.ts';

/** Resolves once the server answers. Rejects with StoppedWhileWaitingError when `stopped` comes first,
 * and at once with what is wrong when the server shows a certificate that is not trusted. */
export async function awaitServer(
  clickhouse: Pick<ClickHouse, 'reach'>,
  log: Pick<Logger, 'warn' | 'info'>,
  stopped: AbortSignal,
): Promise<void> {
  const { waited } = await awaitAnswer({
    who: 'the ClickHouse server',
    ask: async () => (await clickhouse.reach()) || undefined,
    onSilence: () =>
      log.warn('the ClickHouse server does not answer: reports are taken, and wait until it does'),
    stopped,
  });
  if (waited) log.info('the ClickHouse server answers');
}
