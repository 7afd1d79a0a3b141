/** The receiving stage: by which certificate devices know the collector, and the thread that answers them. */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { openConfiguredAuthority } from './authority/configured-authority.ts';
import { openNoticeKey } from './authority/notice-key.ts';
import { watchCertificate } from './authority/watch-certificate.ts';
import { systemClock } from './clock/clock.ts';
import type { CollectorConfig } from './config/schema.ts';
import { openReceiverDesk } from './control/receiver-desk.ts';
import type { SqliteControlStore } from './control/sqlite-control-store.ts';
import { watchReceiver } from './metrics/receive-metrics.ts';
import { watchCertificateLife } from './metrics/store-metrics.ts';
import { ReceiverThread } from './receiver-thread/receiver-thread.ts';
import type { StartedStages } from './started-stages.ts';
import type { SharedStream } from './stream/append-way.ts';

export interface ReceivingParts {
  config: CollectorConfig;
  log: Logger;
  now: () => number;
  control: SqliteControlStore;
  stream: SharedStream;
  registry: Registry;
  started: StartedStages;
}

export interface Receiving {
  port: number;
  scheme: 'https' | 'http';
  /** Processing found that these devices named so many executables that nobody had named before. */
  named(devices: ReadonlyMap<string, number>): void;
  /** What is counted in its thread, as Prometheus reads it. Rejects while that is started again. */
  metrics(): Promise<string>;
}

export async function startReceiving(parts: ReceivingParts): Promise<Receiving> {
  const { config, log, now, control, stream, registry, started } = parts;
  const authority = await openConfiguredAuthority(config, now, (reason) =>
    log.info({ reason }, 'a certificate was made'),
  );
  const folder = config.collectorDir;
  const noticeKey = openNoticeKey(folder).publicKey;
  if (!control.isKnownNoticeKey(noticeKey))
    log.error(
      { folder },
      'notice-key.pem is not the one that devices learned when they joined: bring back the old one from a backup',
    );
  const receiver = await ReceiverThread.start({
    host: config.agentHost,
    port: config.agentPort,
    logLevel: config.logLevel,
    control,
    desk: openReceiverDesk(control),
    stream,
    baselinesPerSecond: config.baselinesPerSecond,
    deviceMessagesPerSecond: config.deviceMessagesPerSecond,
    tls: authority?.secureContext(),
    noticeKey,
    log,
    onEnded: () => watch.ended(),
  });
  started.add(() => receiver.close());
  const watch = watchReceiver(registry, () => receiver.isUp);
  if (authority) {
    const onFault = (error: Error) =>
      log.error({ error: error.message }, 'the certificate cannot be renewed');
    started.add(watchCertificate({ authority, server: receiver, clock: systemClock, onFault }));
    watchCertificateLife(registry, authority);
  }
  return {
    port: receiver.port,
    scheme: authority ? 'https' : 'http',
    named: (devices) => receiver.named(devices),
    metrics: () => receiver.metrics(),
  };
}
