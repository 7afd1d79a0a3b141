/** What a decision would do, tried with the real rules and the real derivation, and nothing of it kept. */
import { type TriedSummary, UsageTrial } from '../clickhouse/usage-trial.ts';
import { Turn } from '../clock/turn.ts';
import type { Outcome } from '../control/contract/quarantine-decision.ts';
import type { TrialQuestion } from '../control/quarantine-trials.ts';
import { RangeEffects } from '../process/range-effects.ts';
import { knownEvidence, type ReplayOptions } from './replay-job.ts';
import { replayRecord } from './replay-record.ts';

export interface TrialAnswer {
  /** Why there is no answer; then nothing else counts. */
  error?: string;
  /** Open records that fit and that nothing was decided about. */
  records: number;
  /** What would become of them. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Why records would be refused: the first of each reason. */
  refusals: { number: number; detail: string; records: number }[];
  /** Aggregates of use before and after, newest day first. */
  effect: TriedSummary[];
  /** Days whose effect was not worked out, and whether rows of the others were left out. */
  days_left_out: number;
  rows_left_out: boolean;
}

const PAGE = 200;
/** Newest first; a day takes the engine up to seconds. */
const MOST_DAYS = 40;
const MOST_ROWS = 500;
const MOST_REFUSALS = 20;

async function tryDecision(
  { filter, action, transformation }: Omit<TrialQuestion, 'trial'>,
  options: Pick<ReplayOptions, 'clickhouse' | 'control' | 'announced' | 'inForce'>,
): Promise<TrialAnswer> {
  const { clickhouse, control, announced } = options;
  const answer: TrialAnswer = {
    ...{ records: 0, outcomes: {}, refusals: [], effect: [], days_left_out: 0, rows_left_out: false },
  };
  const refusals = new Map<string, TrialAnswer['refusals'][number]>();
  await UsageTrial.run(clickhouse, async (trial) => {
    const turn = new Turn();
    const inForce = options.inForce();
    for (let after = 0; ; ) {
      const page = control.quarantine.records(filter, { limit: PAGE, after });
      const undecided = page.filter(({ decision }) => decision === 0);
      const known = await knownEvidence(undecided, options);
      const effects = new RangeEffects(announced);
      for (const record of undecided) {
        await turn.share();
        const decided = { ...record, action, transformation };
        const { outcome, detail } = replayRecord(decided, {
          control,
          inForce,
          effects,
          known,
          described: [],
        });
        answer.records++;
        answer.outcomes[outcome] = (answer.outcomes[outcome] ?? 0) + 1;
        if (outcome === 'refused') noteRefusal(refusals, record.number, detail);
      }
      const rows = effects.facts.block('usage');
      if (rows) await trial.add(rows);
      after = page.at(-1)?.number ?? after;
      if (page.length < PAGE) break;
    }
    answer.refusals = [...refusals.values()];
    const days = await trial.days();
    answer.days_left_out = Math.max(0, days.length - MOST_DAYS);
    for (const day of days.slice(0, MOST_DAYS)) {
      const room = MOST_ROWS - answer.effect.length;
      const rows = await trial.summaries(day, room + 1);
      answer.effect.push(...rows.slice(0, room));
      answer.rows_left_out ||= rows.length > room;
    }
  });
  return answer;
}

/** The oldest question that waits; false when there is none. */
export async function answerTrial(options: ReplayOptions): Promise<boolean> {
  const {
    control: {
      quarantine: { trials },
    },
    now,
  } = options;
  const question = trials.next(now());
  if (!question) return false;
  let answer: TrialAnswer | { error: string };
  try {
    answer = await tryDecision(question, options);
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  trials.answer(question.trial, JSON.stringify(answer));
  return true;
}

/** Details name values, which differ from record to record: what comes before the first digit is the reason. */
function noteRefusal(
  refusals: Map<string, TrialAnswer['refusals'][number]>,
  number: number,
  detail: string,
): void {
  const reason = /^[^\d]*/.exec(detail)?.[0] ?? '';
  const known = refusals.get(reason);
  if (known) known.records++;
  else if (refusals.size < MOST_REFUSALS) refusals.set(reason, { number, detail, records: 1 });
}
