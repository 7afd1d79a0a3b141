/** What the admin routes answer. Types only: the page is built on this file. */
export type * from '../clickhouse/queries/answer-rows.ts';
export type * from '../clickhouse/queries/use-rows.ts';
export type { UnknownReason, UseState } from '../clickhouse/queries/use-states.ts';
export type {
  DecisionAnswer,
  QuarantineGroupAnswer,
  QuarantineRecordAnswer,
  QuarantineRecordDetail,
  TrialAnswer,
} from '../quarantine/quarantine-answers.ts';

export interface PipelineState {
  stream: { head: number; bytes: number; records: number; unreadable: number };
  checkpoint: number;
  /** Records received and not yet processed. */
  lag: number;
  processing: ProcessingAnswer;
  devices: number;
  executables: number;
  quarantine: { reason: string; count: number }[];
  /** `remaining`: executables that a new catalogue has not looked at yet. */
  catalogue: { version: string; generation: number; remaining: number };
  /** What waits to be recomputed; `oldest` in milliseconds since 1970. */
  dirty: { count: number; oldest: number | null };
  /**
   * The audit of all facts: when the last sweep ended (milliseconds since 1970; null: none since the start), how many
   * steps of the present one are done (null: between two), how many lost facts the last one found, by kind, and how many
   * totals facts contradicted.
   */
  audit: {
    finished: number | null;
    step: number | null;
    steps: number;
    lost: Record<string, number>;
    differing: number;
  };
  /** `unjailed`: why no jail is round the embedded engine; not there when one is, or when a server is used. */
  engine: { up: boolean; restarts: number; pid?: number | undefined; unjailed?: string | undefined };
}

/** How far processing is; times in milliseconds since 1970, rates in records a second, null where nobody knows. */
export interface ProcessingAnswer {
  /** An administrator stopped it; null: it goes on. */
  paused: { since: number; by: string; reason: string } | null;
  at: number;
  /** Received and not processed. */
  records: number;
  bytes: number;
  oldestReceivedAt: number | null;
  arrivingPerSecond: number;
  processedPerSecond: number;
  capacityPerSecond: number | null;
  /** From now, or from the end of the pause. */
  catchUpSeconds: number | null;
}

/** Whether it can do its work, and what somebody ought to look at although it can. */
export interface Readiness {
  ready: boolean;
  reasons: string[];
  warnings: string[];
}

/**
 * The state, and when the tables that people look at were last derived; null: never, or the engine is down. `held`:
 * applications and days at their last right figures, the longest since `held_since`.
 */
export interface PipelineAnswer extends PipelineState {
  derived: {
    inventory: string | null;
    usage_today: string | null;
    held: number | null;
    held_since: string | null;
  };
  /** The collector's clock, so that ages do not depend on the browser's. */
  now: string;
}

/** RFC 9457; what every refused or failed request is answered with. */
export interface ProblemAnswer {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}
