/**
 * Sweeps for ever: one straight after the start, then one an interval, at a bounded share of the time. What a sweep
 * finds is repaired or asked for at once; a sweep that is interrupted begins again.
 */
import type { Logger } from 'pino';
import type { AuditFindings } from './audit-findings.ts';
import { auditSweep, SWEEP_STEPS, type SweepDependencies } from './audit-sweep.ts';

export interface AuditOptions extends Omit<SweepDependencies, 'pace' | 'youngestMs'> {
  log: Pick<Logger, 'info' | 'warn'>;
  /** From the end of one sweep to the beginning of the next, at least. */
  intervalMs: number;
  /** Of its time the audit works at most this part. */
  timePercent: number;
  onFinished: (findings: AuditFindings, milliseconds: number) => void;
  onFailed: () => void;
}

export interface AuditState {
  /** Steps of the present sweep that are done; undefined between two sweeps. */
  step: number | undefined;
  steps: number;
  /** Milliseconds since 1970 of the end of the last sweep that was completed; undefined before the first. */
  finishedAt: number | undefined;
  /** What it found. */
  findings: AuditFindings | undefined;
}

export interface Audit {
  readonly state: AuditState;
  /** Resolves when the piece in hand is done; at once when there is none. */
  settled(): Promise<void>;
  /** Stops after the piece in hand. */
  close(): Promise<void>;
}

/** The tables of a first report are written within seconds; an engine that fails in between takes minutes. */
const YOUNGEST_MS = 10 * 60_000;
/** After the start there is more urgent work; and what fails is tried again as soon. */
const FIRST_MS = 60_000;

export function startAudit(options: AuditOptions): Audit {
  const { log, now, timePercent, intervalMs } = options;
  const stopping = new AbortController();
  const state: AuditState = {
    ...{ step: undefined, steps: SWEEP_STEPS.length, finishedAt: undefined, findings: undefined },
  };
  let wake: () => void = () => {};
  const rest = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  let piece: Promise<unknown> = Promise.resolve();
  const pace = async <T>(work: () => Promise<T>): Promise<T> => {
    stopping.signal.throwIfAborted();
    const began = performance.now();
    const working = work();
    piece = working.catch(() => undefined);
    const done = await working;
    await rest((performance.now() - began) * (100 / timePercent - 1));
    stopping.signal.throwIfAborted();
    return done;
  };
  const sweep = async (): Promise<void> => {
    const began = performance.now();
    state.step = 0;
    const findings = await auditSweep({ ...options, youngestMs: YOUNGEST_MS, pace }, (done) => {
      state.step = done;
    });
    state.finishedAt = now();
    state.findings = findings;
    const milliseconds = performance.now() - began;
    options.onFinished(findings, milliseconds);
    const lost = Object.values(findings.lost).some((count) => count > 0);
    if (lost || findings.postponed > 0)
      log.warn({ ...findings }, 'the audit found facts that were lost: written again or asked for');
    else
      log.info({ devices: findings.devices, seconds: milliseconds / 1000 }, 'the audit found nothing lost');
  };
  const run = async (): Promise<void> => {
    await rest(Math.min(FIRST_MS, intervalMs));
    while (!stopping.signal.aborted) {
      let wait = intervalMs;
      try {
        await sweep();
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ error: String(error) }, 'the audit could not go on and will begin again');
        options.onFailed();
        wait = Math.min(FIRST_MS, intervalMs);
      }
      state.step = undefined;
      await rest(wait);
    }
  };
  const running = run();
  return {
    state,
    async settled() {
      await piece;
    },
    async close() {
      stopping.abort();
      wake();
      await running;
    },
  };
}
