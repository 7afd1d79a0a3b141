/** Quarantine as the API and `--json` show it, and what may be asked of it through either. */

import type { Outcome, QuarantineAction } from '../control/contract/quarantine-decision.ts';
import type { QuarantineReason } from '../control/contract/quarantine-reasons.ts';
import type { Decision, QuarantineDesk } from '../control/quarantine-desk.ts';
import type { QuarantineFilter } from '../control/quarantine-filter.ts';
import type { QuarantineState, ShelvedRecord } from '../control/shelved-record.ts';
import { fieldsOf, readRecord } from './readable-record.ts';
import type { Transformation } from './transformation.ts';
import type { TrialAnswer } from './try-repair.ts';

export type { TrialAnswer } from './try-repair.ts';
export type { QuarantineFilter, QuarantineState };

/** Records that are bad in the same way. Times in ISO form. */
export interface QuarantineGroupAnswer {
  reason: QuarantineReason;
  kind: string;
  /** '' where it is not known. */
  agent_version: string;
  records: number;
  devices: number;
  /** Of the records, those that a decision is being carried out for. */
  decided: number;
  first: string;
  last: string;
}

export interface QuarantineRecordAnswer {
  number: number;
  state: QuarantineState;
  reason: QuarantineReason;
  detail: string;
  kind: string;
  device_id: string;
  agent_version: string;
  epoch_no: number;
  sequence: number;
  offset: number;
  received_at: string;
  /** How many are kept. */
  bytes: number;
  decision: number | null;
  concerns: { day: string; executable_no: number } | null;
}

export interface QuarantineRecordDetail {
  /** Null when it is no longer kept. */
  record: (QuarantineRecordAnswer & { fields: [name: string, value: string][] }) | null;
  outcomes: { decision: number; outcome: Outcome; detail: string; at: string }[];
}

export interface DecisionAnswer {
  decision: number;
  action: QuarantineAction;
  selection: string;
  transformation: Transformation | null;
  reason: string;
  decided_by: string;
  decided_at: string;
  records: number;
  /** Still to be carried out. */
  waiting: number;
  outcomes: Partial<Record<Outcome, number>>;
}

/** A full shelf takes 100 ms to group, on the thread that acknowledges reports, and a page asks every two seconds. */
const REMEMBERED_MS = 5_000;

export class QuarantineAnswers {
  readonly #desk: QuarantineDesk;
  #groups: { asked: string; at: number; groups: QuarantineGroupAnswer[] } = { asked: '', at: 0, groups: [] };

  constructor(desk: QuarantineDesk) {
    this.#desk = desk;
  }

  groups(filter: QuarantineFilter, state: QuarantineState): QuarantineGroupAnswer[] {
    const asked = JSON.stringify([filter, state]);
    const at = performance.now();
    if (this.#groups.asked !== asked || at - this.#groups.at > REMEMBERED_MS)
      this.#groups = { asked, at, groups: this.#groupsNow(filter, state) };
    return this.#groups.groups;
  }

  #groupsNow(filter: QuarantineFilter, state: QuarantineState): QuarantineGroupAnswer[] {
    return this.#desk.groups(filter, state).map(({ agentVersion, first, last, ...group }) => ({
      ...group,
      agent_version: agentVersion,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
    }));
  }

  records(
    filter: QuarantineFilter,
    page: { limit: number; after: number; state: QuarantineState },
  ): QuarantineRecordAnswer[] {
    return this.#desk.list(filter, page).map(shownRecord);
  }

  /**
   * Undefined when there never was such a record, or nothing is known of it any more. `whole`: for whoever may read the file
   * anyway; others are not told which program of somebody's home it is about.
   */
  record(number: number, { whole = false } = {}): QuarantineRecordDetail | undefined {
    const record = this.#desk.get(number);
    const outcomes = this.#desk.outcomesOf(number);
    if (!record && outcomes.length === 0) return undefined;
    return {
      record: record ? { ...shownRecord(record), fields: shownFields(record, whole) } : null,
      outcomes: outcomes.map(({ decision, outcome, detail, at }) => ({
        ...{ decision, outcome, detail },
        at: new Date(at).toISOString(),
      })),
    };
  }

  /** As kept; for whoever may read the file anyway. Empty when they are not. */
  hexOf(number: number): string {
    return Buffer.from(this.#desk.get(number)?.bytes ?? []).toString('hex');
  }

  /** Newest first. */
  decisions(limit: number): DecisionAnswer[] {
    return this.#desk.decisions(limit).map(shownDecision);
  }

  decision(number: number): DecisionAnswer | undefined {
    const decision = this.#desk.decision(number);
    return decision && shownDecision(decision);
  }

  /** Undefined when no open record fits. `how`: undefined for anything but a repair. */
  async decide(
    request: { action: QuarantineAction; filter: QuarantineFilter; reason: string; by: string; now: number },
    how: Transformation | undefined,
  ): Promise<DecisionAnswer | undefined> {
    const decision = await this.#desk.decide({ ...request, transformation: how && JSON.stringify(how) });
    return decision && shownDecision(decision);
  }

  /** What a decision would do; its number, by which the answer can be fetched. */
  ask(
    question: { action: QuarantineAction; filter: QuarantineFilter },
    how: Transformation | undefined,
    now: number,
  ): number {
    return this.#desk.trials.ask({ ...question, transformation: how ? JSON.stringify(how) : '' }, now);
  }

  /** Undefined until the running collector has answered. */
  trial(number: number): TrialAnswer | undefined {
    const answer = this.#desk.trials.read(number);
    return answer === undefined ? undefined : (JSON.parse(answer) as TrialAnswer);
  }
}

function shownRecord(record: ShelvedRecord): QuarantineRecordAnswer {
  return {
    number: record.number,
    state: record.state,
    reason: record.reason,
    detail: record.detail,
    kind: record.kind,
    device_id: record.deviceId,
    agent_version: record.agentVersion,
    epoch_no: record.epochNo,
    sequence: record.sequence,
    offset: record.offset,
    received_at: new Date(record.at).toISOString(),
    bytes: record.size,
    decision: record.decision === 0 ? null : record.decision,
    concerns: record.concern
      ? {
          day: new Date(record.concern.day * 86_400_000).toISOString().slice(0, 10),
          executable_no: record.concern.executableNo,
        }
      : null,
  };
}

/** They name a program, or let whoever has it know that it is that one. */
const OF_THE_PROGRAM: ReadonlySet<string> = new Set(['executable_id', 'evidence']);
const ELSEWHERE = '"quarantine show" at the collector tells it';

/** What the record says, by name; a line that says why when its bytes cannot be read. */
function shownFields(record: ShelvedRecord, whole: boolean): [name: string, value: string][] {
  try {
    const fields = fieldsOf(readRecord(record));
    if (whole) return fields;
    return fields.map(([name, value]) => [name, OF_THE_PROGRAM.has(name) ? ELSEWHERE : value]);
  } catch (error) {
    return [['unreadable', error instanceof Error ? error.message : String(error)]];
  }
}

function shownDecision({ decidedBy, decidedAt, transformation, ...rest }: Decision): DecisionAnswer {
  return {
    ...rest,
    transformation: transformation === '' ? null : (JSON.parse(transformation) as Transformation),
    decided_by: decidedBy,
    decided_at: new Date(decidedAt).toISOString(),
  };
}
