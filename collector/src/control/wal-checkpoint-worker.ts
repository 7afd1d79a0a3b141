/** The thread behind wal-checkpoints.ts: it owns a connection that only ever moves the log into the file. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

export interface WalCheckpointStart {
  path: string;
  everyMs: number;
}

/** `partly`: somebody wrote or read meanwhile; the rest is moved the next time. */
export type CheckpointOutcome = { is: 'whole' | 'partly' } | { is: 'failed'; error: string };

/** What was written during one is moved by the next, which is short: then the log begins anew. */
const MOST_IN_A_ROW = 5;

const port = parentPort;
if (!port) throw new Error('wal-checkpoint-worker runs as a worker thread only');
const { path, everyMs } = workerData as WalCheckpointStart;
const database = new DatabaseSync(path, { timeout: 0 });
database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
const dataVersion = database.prepare('PRAGMA data_version');
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
let moved: unknown;

setInterval(() => {
  try {
    const version = dataVersion.get()?.data_version;
    if (version === moved) return;
    const outcome = moveLog();
    if (outcome === 'whole') moved = version;
    port.postMessage({ is: outcome } satisfies CheckpointOutcome);
  } catch (error) {
    port.postMessage({ is: 'failed', error: String(error) } satisfies CheckpointOutcome);
  }
}, everyMs);

function moveLog(): 'whole' | 'partly' {
  for (let round = 0; round < MOST_IN_A_ROW; round++) {
    const { busy, log, checkpointed } = checkpoint.get() as Record<string, number>;
    if (busy === 0 && log === checkpointed) return 'whole';
  }
  return 'partly';
}
