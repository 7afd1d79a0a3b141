/** The thread that owns the stream's files: disk waits here do not hold up the threads that serve requests. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { failedAnswer, type PortAnswer } from '../threads/port-calls.ts';
import { runFirst } from '../threads/run-first.ts';
import { recordsOf } from './batch-records.ts';
import { SegmentLog } from './segment-log.ts';
import type { WorkerConnection, WorkerNews, WorkerRequest, WorkerStart } from './worker-messages.ts';

const owner = parentPort;
if (!owner) throw new Error('sqlite-stream-worker runs as a worker thread only');
const start = workerData as WorkerStart;
void runFirst();
const log = new SegmentLog(start.log, start.notBefore);
const connected = new Set<MessagePort>();
owner.postMessage({ opened: log.head } satisfies WorkerNews);

owner.on('message', (message: WorkerRequest | WorkerConnection) => {
  if ('connect' in message) connect(message.connect);
  else serve(owner, message);
});

function connect(port: MessagePort): void {
  connected.add(port);
  port.on('message', (request: WorkerRequest) => {
    if (request.ask === 'append') serve(port, request);
    else port.postMessage(failedAnswer(request.id, new Error('only the owner of the stream may ask for it')));
  });
  port.on('close', () => connected.delete(port));
}

function serve(port: MessagePort, request: WorkerRequest): void {
  try {
    const value = answer(request);
    if (request.ask === 'append') owner?.postMessage({ appended: log.head } satisfies WorkerNews);
    port.postMessage({ id: request.id, ok: true, value } satisfies PortAnswer, transferable(value));
  } catch (error) {
    port.postMessage(failedAnswer(request.id, error));
  }
  if (request.ask !== 'close') return;
  for (const each of connected) each.close();
  owner?.close();
}

function answer(request: WorkerRequest): unknown {
  switch (request.ask) {
    case 'append':
      return { first: log.append(recordsOf(request.entries, request.bytes)) };
    case 'read':
      return log.read(request.after, request);
    case 'trim':
      return log.trim(request.through);
    case 'stats':
      return log.stats();
    case 'backlog':
      return log.backlog(request.after);
    case 'close':
      return log.close();
  }
}

/** Envelopes read from SQLite have a buffer each: handed over instead of copied. */
function transferable(value: unknown): ArrayBuffer[] {
  const records = (value as { records?: { envelope: Uint8Array }[] } | undefined)?.records;
  if (!Array.isArray(records)) return [];
  return records.map((record) => record.envelope.buffer as ArrayBuffer);
}
