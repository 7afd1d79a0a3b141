// A collector's receiving half as a process: takes reports over HTTP, and a stand-in for processing reads, checkpoints
// and trims. Arguments: data folder. Prints its port when it is ready, and ends when its standard input does.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { receiverOf } from '../../collector/src/control/receiver-of.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { createReceiveMetrics } from '../../collector/src/metrics/receive-metrics.ts';
import { startAgentServer } from '../../collector/src/receive/agent-server.ts';
import { openSqliteStream } from '../../collector/src/stream/sqlite-stream.ts';
import { ProcessedHeads } from './processed-heads.ts';

/** Small, so that cuts also meet the change from one file to the next. */
const SEGMENT_RECORDS = 300;
const PROCESS_EVERY_MS = 60;

const dataDir = process.argv[2] as string;
const folder = join(dataDir, 'collector');
mkdirSync(folder, { recursive: true });
const control = new SqliteControlStore({ path: join(folder, 'control.db') });
const stream = await openSqliteStream({
  folder: join(folder, 'stream'),
  notBefore: control.checkpoint(),
  minFreeBytes: 0,
  segmentRecords: SEGMENT_RECORDS,
});
const server = await startAgentServer({
  host: '127.0.0.1',
  port: 0,
  control: receiverOf(control),
  stream,
  metrics: createReceiveMetrics(new Registry()),
  log: pino({ level: 'silent' }),
});
const heads = new ProcessedHeads(join(dataDir, 'processed.db'));
process.stdout.write(`${server.port}\n`);
process.stdin.on('end', () => process.exit()).resume();

async function processWhatWaits(): Promise<void> {
  const limits = { maxRecords: 200, maxBytes: 1 << 24 };
  const { records, through } = await stream.read(control.checkpoint(), limits);
  if (through > control.checkpoint()) {
    heads.note(records);
    control.commitProcessed({
      checkpoint: through,
      ...{ dirty: [], directives: [], resolved: [], superseded: [] },
      ...{ evidenceProcessed: [], undescribedUse: [], quarantined: [], now: Date.now() },
    });
  }
  const done = control.checkpoint();
  await control.synced();
  await stream.trim(done);
}

for (;;) {
  // A disk that fails has a bad moment; what was read is read again.
  await processWhatWaits().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, PROCESS_EVERY_MS));
}
