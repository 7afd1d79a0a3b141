/**
 * The control store's write-ahead log is moved into its file (SQLite calls that a checkpoint) by a thread of its own: it waits
 * for the disk twice, which took 30 to 900 ms of the thread that answers devices whenever its log had grown to 4 MiB.
 *
 * Every new beginning of the log costs a sync of whoever commits next, so that it is moved seldom. Should the thread not
 * come to it, the store's own commits move the log when it has grown to AUTOCHECKPOINT_PAGES.
 */
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { CheckpointOutcome, WalCheckpointStart } from './wal-checkpoint-worker.ts';

/** A storm of 100 new devices a second writes some 2 MiB a second. */
const EVERY_MS = 20_000;
const RESTART_AFTER_MS = 5_000;

export interface WalCheckpointOptions {
  /** The file of the control store. */
  path: string;
  log: Pick<Logger, 'warn' | 'info'>;
  everyMs?: number;
  /** Called after each. */
  onCheckpoint?: (outcome: CheckpointOutcome['is']) => void;
}

/** Returns how to stop; resolves when the thread has ended. */
export function startWalCheckpoints(options: WalCheckpointOptions): () => Promise<void> {
  const { path, log, everyMs = EVERY_MS, onCheckpoint = () => undefined } = options;
  let worker: Worker | undefined;
  let restart: NodeJS.Timeout | undefined;
  let failing = '';
  let closed = false;

  const told = (outcome: CheckpointOutcome): void => {
    onCheckpoint(outcome.is);
    const fault = outcome.is === 'failed' ? outcome.error : '';
    if (fault !== '' && fault !== failing)
      log.warn(
        { error: fault },
        'the log of the control store could not be moved into its file: tried again',
      );
    if (fault === '' && failing !== '') log.info('the log of the control store is moved into its file again');
    failing = fault;
  };
  const start = (): void => {
    const workerData: WalCheckpointStart = { path, everyMs };
    const started = new Worker(new URL('./wal-checkpoint-worker.ts', import.meta.url), { workerData });
    worker = started;
    started.on('message', told);
    started.on('error', (error) => told({ is: 'failed', error: String(error) }));
    started.on('exit', () => {
      if (!closed) restart = setTimeout(start, RESTART_AFTER_MS).unref();
    });
    // It holds nothing that has to be finished.
    started.unref();
  };
  start();
  return async () => {
    closed = true;
    clearTimeout(restart);
    await worker?.terminate();
  };
}
