/**
 * Which acknowledgements are worth a line in the log: the first since the agent's start, the first after a failure, and
 * of all others together one line a day, so that a quiet day costs a line and not one for each report. Pure.
 */
const DAY_MS = 86_400_000;

export interface AcknowledgedSum {
  reports: number;
  bytes: number;
  evidence_records: number;
}

export type AcknowledgementLine =
  | { message: 'report acknowledged' | 'evidence acknowledged'; fields: object }
  | { message: 'acknowledged since the last line'; fields: AcknowledgedSum };

export class AcknowledgementLog {
  #sum: AcknowledgedSum = { reports: 0, bytes: 0, evidence_records: 0 };
  #lastLineMs: number | undefined;

  /** `nowMs` is monotonic. `afterFailure`: the try before this one failed. Undefined: no line. */
  report(sequence: number, bytes: number, afterFailure: boolean, nowMs: number) {
    this.#sum.reports++;
    this.#sum.bytes += bytes;
    if (this.#lastLineMs !== undefined && !afterFailure) return this.#daily(nowMs);
    return this.#line({ message: 'report acknowledged', fields: { sequence, bytes } }, nowMs);
  }

  evidence(records: number, afterFailure: boolean, nowMs: number) {
    this.#sum.evidence_records += records;
    if (!afterFailure) return this.#daily(nowMs);
    return this.#line({ message: 'evidence acknowledged', fields: { records } }, nowMs);
  }

  #daily(nowMs: number): AcknowledgementLine | undefined {
    if (this.#lastLineMs !== undefined && nowMs - this.#lastLineMs < DAY_MS) return undefined;
    return this.#line({ message: 'acknowledged since the last line', fields: { ...this.#sum } }, nowMs);
  }

  #line(line: AcknowledgementLine, nowMs: number): AcknowledgementLine {
    this.#lastLineMs = nowMs;
    this.#sum = { reports: 0, bytes: 0, evidence_records: 0 };
    return line;
  }
}
