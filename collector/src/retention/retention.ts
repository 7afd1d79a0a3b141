/**
 * Gives up what has outlived its time: once an hour, a bounded piece of it, never while something is derived. Partitions
 * go whole and at once; marks and evidence are taken out of what stays, a few days at a time.
 */
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import {
  agedPartitions,
  clearMarks,
  countComposedSince,
  daysToClear,
  daysToFinish,
  dropPartition,
  forgetExecutables,
  type KeptKind,
  type KeptSince,
  makeFinal,
  noteKeptSince,
  unreferencedSince,
} from '../clickhouse/retain-rows.ts';
import type { DirtyTargets } from '../control/contract/dirty-targets.ts';
import type { EvidenceWanted } from '../control/contract/evidence-wanted.ts';
import type { OneAtATime } from '../recompute/one-at-a-time.ts';
import { type Lives, type OldestKept, oldestKept } from './lives.ts';

export interface RetentionOptions {
  clickhouse: ClickHouse;
  control: Pick<DirtyTargets & EvidenceWanted, 'dirtyMarks' | 'evidenceLost'>;
  lives: Lives;
  /** Whose turn it is to derive: nothing may read what is being taken away. */
  deriving: OneAtATime;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds since 1970. */
  now: () => number;
  intervalMs: number;
  onRemoved: (removed: RetentionRound) => void;
  onFailed: () => void;
}

export interface RetentionRound {
  /** Partitions and their rows that were dropped, by what they held. */
  dropped: { kind: KeptKind; rows: number }[];
  /** Days whose totals became final. */
  finished: number[];
  /** Rows whose marks were cleared. */
  cleared: number;
  /** Of these, rows that came after their day was final, of devices that the totals knew: they do not count in them. */
  tooLate: number;
  /** Executables that are described no more. */
  forgotten: number;
}

export interface Retention {
  /** Stops after the step in hand. */
  close(): Promise<void>;
}

/** A day of a million devices is rewritten in a minute or so. */
const MOST_DAYS_A_ROUND = 4;
const FIRST_MS = 120_000;

export function startRetention(options: RetentionOptions): Retention {
  const { log, intervalMs } = options;
  const stopping = new AbortController();
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
  const run = async (): Promise<void> => {
    await rest(Math.min(FIRST_MS, intervalMs));
    while (!stopping.signal.aborted) {
      try {
        const removed = await retentionRound(options, stopping.signal);
        options.onRemoved(removed);
        if (removed.dropped.length + removed.finished.length + removed.cleared + removed.forgotten > 0)
          log.info(
            { ...removed, dropped: removed.dropped.length },
            'what has outlived its time was given up',
          );
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ error: String(error) }, 'nothing could be given up by its age; it will be tried again');
        options.onFailed();
      }
      await rest(intervalMs);
    }
  };
  const running = run();
  return {
    async close() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

/** One round; repeated or cut off anywhere it does no harm. */
export async function retentionRound(
  {
    clickhouse,
    control,
    lives,
    deriving,
    now,
  }: Omit<RetentionOptions, 'log' | 'intervalMs' | 'onRemoved' | 'onFailed'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<RetentionRound> {
  await checkClock(clickhouse, now());
  const oldest = oldestKept(lives, now());
  const round: RetentionRound = { dropped: [], finished: [], cleared: 0, tooLate: 0, forgotten: 0 };
  const turn = async (work: () => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    await deriving.run(work);
  };
  const kept = keptSince(oldest);
  await turn(async () => {
    await noteKeptSince(clickhouse, kept, now());
    for (const partition of await agedPartitions(clickhouse, kept)) {
      await dropPartition(clickhouse, partition);
      round.dropped.push({ kind: partition.kind, rows: partition.rows });
    }
  });
  const finishing = (await daysToFinish(clickhouse, oldest.slots)).filter((day) => !isMarked(day, control));
  for (const day of finishing.slice(0, MOST_DAYS_A_ROUND))
    await turn(async () => {
      // It may have been marked while others derived.
      if (isMarked(day, control)) return;
      await makeFinal(clickhouse, day, now());
      round.finished.push(day);
    });
  const clearing = (await daysToClear(clickhouse)).filter((day) => !isMarked(day, control));
  for (const day of clearing.slice(0, MOST_DAYS_A_ROUND))
    await turn(async () => {
      if (isMarked(day, control)) return;
      const { cleared, tooLate } = await clearMarks(clickhouse, day, now());
      round.cleared += cleared;
      round.tooLate += tooLate;
    });
  await turn(async () => {
    // What was installed since may not be counted yet.
    if (control.dirtyMarks().some(({ target }) => target.kind === 'inventory')) return;
    const before = now() - lives.evidenceDays * MILLISECONDS_A_DAY;
    const numbers = await unreferencedSince(clickhouse, before, now());
    // First here: who has one again from now on is asked for its evidence.
    control.evidenceLost(numbers, []);
    await forgetExecutables(clickhouse, numbers);
    round.forgotten = numbers.length;
  });
  return round;
}

const MILLISECONDS_A_DAY = 86_400_000;
/** Since the newest report, in days: a weekend and two holidays. */
const LONGEST_SILENCE_DAYS = 4;

/** What is given up by a clock that is ahead is gone for ever: somebody's clock has to say the same. */
async function checkClock(clickhouse: ClickHouse, now: number): Promise<void> {
  const { all, recent } = await countComposedSince(
    clickhouse,
    now - LONGEST_SILENCE_DAYS * MILLISECONDS_A_DAY,
  );
  if (all > 0 && recent === 0)
    throw new Error(
      `no device has composed a report within ${LONGEST_SILENCE_DAYS} days of ${new Date(now).toISOString()}: the clock of this machine may be ahead`,
    );
}

export const keptSince = (oldest: OldestKept): KeptSince => ({
  'user-usage': oldest.userUsage,
  'device-usage': oldest.deviceUsage,
  'application-usage': oldest.applicationUsage,
  'last-used': oldest.lastUsed,
});

/** Facts of it wait to be derived. */
function isMarked(day: number, control: Pick<DirtyTargets, 'dirtyMarks'>): boolean {
  return control.dirtyMarks().some(({ target }) => target.kind === 'usage-day' && target.day === day);
}
