/** The stream as the settings say: on this computer's disk, or on NATS servers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { awaitAnswer } from './clock/await-answer.ts';
import type { CollectorConfig } from './config/schema.ts';
import type { SharedStream } from './stream/append-way.ts';
import { JetStreamConditionError, openJetStream } from './stream/jetstream/jetstream-stream.ts';
import { openSqliteStream } from './stream/sqlite-stream.ts';

const MS_A_DAY = 86_400_000;

/**
 * `notBefore`: the checkpoint. Waits for NATS servers: without them nothing can be taken. Rejects with JetStreamConditionError when an
 * administrator has to do something, and with StoppedWhileWaitingError.
 */
export async function openConfiguredStream(
  config: CollectorConfig,
  notBefore: number,
  log: Logger,
  stopped: AbortSignal,
): Promise<SharedStream> {
  const servers = config.streamUrl;
  if (servers !== undefined)
    return await openWhenReached({ ...config, streamUrl: servers }, notBefore, log, stopped);
  return await openSqliteStream({
    folder: join(config.collectorDir, 'stream'),
    notBefore,
    maxBytes: config.streamMaxBytes,
    minFreeBytes: config.streamMinFreeBytes,
    maxAgeMs: config.streamMaxAgeDays * MS_A_DAY,
    atLimit: config.streamAtLimit === 'drop-oldest' ? 'drop-oldest' : 'refuse',
  });
}

async function openWhenReached(
  config: CollectorConfig & { streamUrl: string },
  notBefore: number,
  log: Logger,
  stopped: AbortSignal,
): Promise<SharedStream> {
  const options = {
    ...{ servers: config.streamUrl, user: config.streamUser, password: config.streamPassword },
    authorities: config.streamCaFile && readFileSync(config.streamCaFile, 'utf8'),
    ...{
      name: config.streamName,
      replicas: config.streamReplicas,
      maxBytes: config.streamMaxBytes,
      notBefore,
    },
  };
  let failure: unknown;
  const { answer: stream } = await awaitAnswer({
    who: 'the NATS servers',
    ask: async () => {
      try {
        return await openJetStream(options);
      } catch (error) {
        if (error instanceof JetStreamConditionError) throw error;
        failure = error;
        return undefined;
      }
    },
    onSilence: () =>
      log.warn(
        { error: String(failure) },
        'the NATS servers do not answer: nothing can be taken until they do',
      ),
    stopped,
  });
  log.info({ stream: config.streamName, version: stream.serverVersion }, 'the stream is on NATS servers');
  for (const warning of stream.warnings) log.warn(warning);
  return stream;
}
