/**
 * Sweeps for ever: one straight after the start, then one an interval, at a bounded share of the time; and one whenever
 * an administrator asks. What a sweep finds is repaired or asked for at once; a sweep that is interrupted begins again.
 */

import type { Logger } from 'pino';
import { Rest } from '../clock/rest.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { Operation } from '../control/operations.ts';
import { type AuditFindings, isBadNews } from './audit-findings.ts';
import { auditSweep, SWEEP_STEPS } from './audit-sweep.ts';
import type { SweepDependencies, TotalsToAudit } from './sweep-parts.ts';

export interface AuditOptions extends Omit<SweepDependencies, 'pace' | 'youngestMs' | 'totals'> {
  totals: Omit<TotalsToAudit, 'targets'>;
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

/** What somebody who asked for an audit wants to know while it runs, and when it is over. */
export interface AuditProgress {
  /** Steps done. */
  step: number;
  steps: number;
  findings: AuditFindings | null;
}
export interface AuditRequest {
  /** Of its time it works at most this part. */
  timePercent: number;
}
export interface AuditResult {
  milliseconds: number;
  findings: AuditFindings;
}

/** The tables of a first report are written within seconds; an engine that fails in between takes minutes. */
const YOUNGEST_MS = 10 * 60_000;
/** After the start there is more urgent work; and what fails is tried again as soon. */
const FIRST_MS = 60_000;
/** How soon an administrator's request is seen. */
const LOOK_EVERY_MS = 500;
const RETRY_MS = 5_000;
/** Attempts of a sweep that somebody asked for. */
const MOST_ATTEMPTS = 3;
/** Administrators look at these; older days change only when something is corrected. */
const RECENT_DAYS = 7;
const MILLISECONDS_A_DAY = 86_400_000;

export function startAudit(options: AuditOptions): Audit {
  const { control, log, now, timePercent, intervalMs } = options;
  const stopping = new AbortController();
  const state: AuditState = {
    ...{ step: undefined, steps: SWEEP_STEPS.length, finishedAt: undefined, findings: undefined },
  };
  const resting = new Rest();
  const rest = async (milliseconds: number): Promise<void> => {
    if (!stopping.signal.aborted) await resting.for(milliseconds);
  };
  const asked = (): Operation | undefined => control.operations.oldestOpen('audit');
  /** Ends early when somebody asks for an audit. */
  const restUnlessAsked = async (milliseconds: number): Promise<void> => {
    const until = performance.now() + milliseconds;
    while (!stopping.signal.aborted && performance.now() < until && !asked())
      await rest(Math.min(LOOK_EVERY_MS, Math.max(0, until - performance.now())));
  };
  let piece: Promise<unknown> = Promise.resolve();
  /** Somebody who waits does not wait for a sweep that takes its time. */
  const percentNow = (): number => {
    const operation = asked();
    if (!operation) return timePercent;
    return operation.state === 'running' ? (operation.request as AuditRequest).timePercent : 100;
  };
  const pace = async <T>(work: () => Promise<T>): Promise<T> => {
    stopping.signal.throwIfAborted();
    const began = performance.now();
    const working = work();
    piece = working.catch(() => undefined);
    const done = await working;
    await rest((performance.now() - began) * (100 / percentNow() - 1));
    stopping.signal.throwIfAborted();
    return done;
  };
  const everything = (): DirtyTarget[] => {
    const today = Math.floor(now() / MILLISECONDS_A_DAY);
    const days = Array.from({ length: RECENT_DAYS }, (_, index) => today - index);
    return [{ kind: 'inventory' }, ...days.map((day): DirtyTarget => ({ kind: 'usage-day', day }))];
  };
  let turn = 0;
  const sweep = async (operation: Operation | undefined): Promise<void> => {
    const began = performance.now();
    state.step = 0;
    const tell = (step: number, findings: AuditFindings | null): void => {
      state.step = step;
      if (operation)
        control.operations.advance(operation.number, {
          ...{ step, steps: SWEEP_STEPS.length, findings },
        } satisfies AuditProgress);
    };
    tell(0, null);
    const all = everything();
    // Deriving all of it is many times the work of all other steps: without being asked, a part in each sweep.
    const targets = operation ? all : [all[turn++ % all.length] as DirtyTarget];
    const totals = { ...options.totals, targets: () => targets };
    const findings = await auditSweep({ ...options, totals, youngestMs: YOUNGEST_MS, pace }, tell);
    state.finishedAt = now();
    state.findings = findings;
    const milliseconds = performance.now() - began;
    control.auditReports.note({ finishedAt: now(), milliseconds, findings });
    if (operation)
      control.operations.finish(
        operation.number,
        'done',
        { milliseconds, findings } satisfies AuditResult,
        now(),
      );
    options.onFinished(findings, milliseconds);
    if (isBadNews(findings))
      log.warn(
        { ...findings },
        'the audit found facts or totals that are not as they were: made again or asked for',
      );
    else
      log.info({ devices: findings.devices, seconds: milliseconds / 1000 }, 'the audit found nothing lost');
  };
  const run = async (): Promise<void> => {
    await restUnlessAsked(Math.min(FIRST_MS, intervalMs));
    let failures = 0;
    while (!stopping.signal.aborted) {
      let wait = intervalMs;
      const operation = asked();
      try {
        await sweep(operation);
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ error: String(error) }, 'the audit could not go on and will begin again');
        options.onFailed();
        wait = Math.min(FIRST_MS, intervalMs);
        failures = operation ? failures + 1 : 0;
        if (operation && failures === MOST_ATTEMPTS)
          control.operations.finish(operation.number, 'failed', { error: String(error) }, now());
        if (operation) await rest(Math.min(RETRY_MS, wait));
      }
      state.step = undefined;
      await restUnlessAsked(wait);
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
      resting.wake();
      await running;
    },
  };
}
