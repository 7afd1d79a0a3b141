/** The receiving half of a collector on a data folder: its own authority, TLS, real files, and no engine. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import pino from 'pino';
import { Registry } from 'prom-client';
import { openNoticeKey } from '../../collector/src/authority/notice-key.ts';
import { openAuthority } from '../../collector/src/authority/own-authority.ts';
import { receiverOf } from '../../collector/src/control/receiver-of.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { createReceiveMetrics } from '../../collector/src/metrics/receive-metrics.ts';
import { watchNotices } from '../../collector/src/metrics/store-metrics.ts';
import { startAgentServer } from '../../collector/src/receive/agent-server.ts';
import { openSqliteStream } from '../../collector/src/stream/sqlite-stream.ts';

const MOST_MESSAGE_BYTES = 8 * 1024 * 1024;

export type ReceivingHalf = Awaited<ReturnType<typeof startReceivingHalf>>;

export async function startReceivingHalf(dataDir: string, port: number) {
  const folder = join(dataDir, 'collector');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  const receiver = receiverOf(control);
  const stream = await openSqliteStream({ folder: join(folder, 'stream'), minFreeBytes: 0 });
  const authority = await openAuthority({
    folder: join(folder, 'authority'),
    names: ['127.0.0.1'],
    now: () => Date.now(),
  });
  const registry = new Registry();
  watchNotices(registry, control);
  const server = await startAgentServer({
    host: '127.0.0.1',
    port,
    control: receiver,
    stream,
    metrics: createReceiveMetrics(registry),
    log: pino({ level: 'silent' }),
    tls: authority.secureContext(),
    noticeKey: openNoticeKey(folder).publicKey,
  });
  return {
    control,
    authorityFile: join(folder, 'authority/ca/certificate.pem'),
    metricsText: () => registry.metrics(),
    /** Sequences of the reports in its stream, by device, in the order they came. */
    async sequences(): Promise<Map<string, number[]>> {
      const found = new Map<string, number[]>();
      for (let after = 0; ; ) {
        const range = await stream.read(after, { maxRecords: 1000, maxBytes: 16 * 1024 * 1024 });
        for (const { kind, deviceId, envelope } of range.records) {
          if (kind !== 'report') continue;
          const { message } = reopenVerifiedEnvelope(envelope, 'Report', MOST_MESSAGE_BYTES);
          found.set(deviceId, [...(found.get(deviceId) ?? []), Report.decode(message).sequence]);
        }
        if (range.through <= after) return found;
        after = range.through;
      }
    },
    async close(): Promise<void> {
      await server.close();
      await stream.close();
      await receiver.close();
      control.close();
    },
  };
}
