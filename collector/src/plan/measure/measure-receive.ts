/** What a request costs beside opening and storing its report: HTTP, metrics, acknowledgement. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createReceiveMetrics } from '../../metrics/receive-metrics.ts';
import { startAgentServer } from '../../receive/agent-server.ts';
import { openSqliteStream } from '../../stream/sqlite-stream.ts';
import type { StreamRecord } from '../../stream/stream.ts';
import type { ConstantValues } from '../constants.ts';
import { meanBytes, type SampleReports } from './measure-opening.ts';
import type { MeasuringSite } from './measuring-site.ts';
import { runClient } from './run-client.ts';
import { solveTwo } from './solve-costs.ts';

const REQUESTS = 2560;
const KEPT_CONNECTIONS = 128;
const IDS = 2000;
const KIB = 1024;

/** What is known already of the cost of a request. */
type Known = Pick<
  ConstantValues,
  'signatureUs' | 'signatureKibUs' | 'openUs' | 'openIdUs' | 'streamUs' | 'streamKibUs'
>;

export async function measureReceive(
  site: MeasuringSite,
  samples: SampleReports,
  known: Known,
): Promise<Partial<ConstantValues>> {
  const stream = await openSqliteStream({ folder: join(site.folder, 'received') });
  const server = await startAgentServer({
    host: '127.0.0.1',
    port: 0,
    control: site.receiver,
    stream,
    metrics: createReceiveMetrics(new Registry()),
    log: pino({ level: 'silent' }),
  });
  try {
    const whole = async (name: string, records: readonly StreamRecord[]) => {
      const file = join(site.folder, `${name}.envelopes`);
      writeFileSync(file, framed(records));
      const post = (requests: number) =>
        runClient('post-envelopes.ts', [server.port, file, requests, KEPT_CONNECTIONS]);
      await post(KEPT_CONNECTIONS * 4);
      let bytes = { sent: 0, received: 0 };
      const { collectorUs } = await site.laps.lap(async () => {
        bytes = JSON.parse(await post(REQUESTS)) as typeof bytes;
      });
      return { us: collectorUs / REQUESTS, sent: bytes.sent / REQUESTS, received: bytes.received / REQUESTS };
    };
    const beyond = (us: number, records: readonly StreamRecord[], ids: number): number => {
      const kib = meanBytes(records) / KIB;
      const opening = known.signatureUs + known.signatureKibUs * kib + known.openUs + known.openIdUs * ids;
      // Reading back is part of the stream's cost and is not done here: it is small, and so stays unseen.
      return Math.max(0, us - opening - known.streamUs - known.streamKibUs * kib);
    };
    const idle = await whole('idle', samples.idle);
    const large = await whole('large', samples.manyIds);
    const { item, thing } = solveTwo(
      { things: 0, cost: beyond(idle.us, samples.idle, 0) },
      { things: IDS, cost: beyond(large.us, samples.manyIds, IDS) },
    );
    return {
      httpUs: item,
      httpIdUs: thing,
      requestInBytes: idle.sent - meanBytes(samples.idle),
      requestOutBytes: idle.received,
    };
  } finally {
    await server.close();
    await stream.close();
  }
}

function framed(records: readonly StreamRecord[]): Buffer {
  return Buffer.concat(
    records.flatMap(({ envelope }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(envelope.length);
      return [length, envelope];
    }),
  );
}
