/** What the last audit found, for the command line, also when no collector is running. */
import type { MetaValues } from './meta-values.ts';

export interface AuditReport<Findings = unknown> {
  /** Milliseconds since 1970. */
  finishedAt: number;
  milliseconds: number;
  findings: Findings;
}

const LAST = 'audit_report';

export class AuditReports {
  readonly #meta: MetaValues;

  constructor(meta: MetaValues) {
    this.#meta = meta;
  }

  note(report: AuditReport): void {
    this.#meta.setText(LAST, JSON.stringify(report));
  }

  /** Undefined before the first. */
  last(): AuditReport | undefined {
    const text = this.#meta.text(LAST);
    return text === '' ? undefined : (JSON.parse(text) as AuditReport);
  }
}
