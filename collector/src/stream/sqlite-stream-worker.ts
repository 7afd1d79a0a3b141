/** The thread that owns the stream's files: disk waits here do not hold up the thread that serves requests. */
import { parentPort, workerData } from 'node:worker_threads';
import { SegmentLog } from './segment-log.ts';
import { type NewStreamRecord, StreamFullError } from './stream.ts';
import type { BatchEntry, WorkerAnswer, WorkerRequest, WorkerStart } from './worker-messages.ts';

const port = parentPort;
if (!port) throw new Error('sqlite-stream-worker runs as a worker thread only');
const start = workerData as WorkerStart;
const log = new SegmentLog(start.log, start.notBefore);
port.postMessage({ id: 0, ok: true, value: log.head } satisfies WorkerAnswer);

port.on('message', (request: WorkerRequest) => {
  try {
    const value = answer(request);
    port.postMessage({ id: request.id, ok: true, value } satisfies WorkerAnswer, transferable(value));
    if (request.ask === 'close') port.close();
  } catch (error) {
    const full = error instanceof StreamFullError;
    port.postMessage({ id: request.id, ok: false, full, message: String(error) } satisfies WorkerAnswer);
  }
});

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

function recordsOf(entries: readonly BatchEntry[], bytes: Uint8Array): NewStreamRecord[] {
  let at = 0;
  return entries.map(({ length, ...fields }) => {
    const envelope = bytes.subarray(at, at + length);
    at += length;
    return { ...fields, envelope };
  });
}

/** Envelopes read from SQLite have a buffer each: handed over instead of copied. */
function transferable(value: unknown): ArrayBuffer[] {
  const records = (value as { records?: { envelope: Uint8Array }[] } | undefined)?.records;
  if (!Array.isArray(records)) return [];
  return records.map((record) => record.envelope.buffer as ArrayBuffer);
}
