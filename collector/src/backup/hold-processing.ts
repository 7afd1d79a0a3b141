/** The running collector's side of a backup: no range of the stream begins while one takes its snapshots. */
import type { Logger } from 'pino';
import type { Clock } from '../clock/clock.ts';
import type { Operating } from '../control/contract/operating.ts';
import type { Processor } from '../process/processor.ts';

export interface HoldOptions {
  control: Pick<Operating, 'backupHold'>;
  processor: Pick<Processor, 'hold'>;
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn'>;
}

const LOOK_EVERY_MS = 250;

/** Returns how to stop looking; what is held then goes on. */
export function startBackupHold({ control, processor, clock, log }: HoldOptions): () => void {
  // What another process confirmed before it ended holds nobody: its backup begins again.
  control.backupHold.release();
  let held: { token: string; goOn: () => void } | undefined;
  let looking = false;
  const look = async (): Promise<void> => {
    const token = control.backupHold.asked(clock.now());
    if (held && held.token !== token) {
      held.goOn();
      held = undefined;
      log.info('processing goes on after a backup');
    }
    if (token === undefined || held) return;
    held = { token, goOn: await processor.hold() };
    control.backupHold.confirm(token);
  };
  const stop = clock.every(LOOK_EVERY_MS, () => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'a backup could not be heard'))
      .finally(() => {
        looking = false;
      });
  });
  return () => {
    stop();
    held?.goOn();
  };
}
