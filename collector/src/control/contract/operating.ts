/** What administrators ask of a running collector from the command line, and what it says of its upkeep. A part of ControlStore. */
import type { AuditLedger } from '../audit-ledger.ts';
import type { AuditReports } from '../audit-reports.ts';
import type { BackupHold } from '../backup-hold.ts';
import type { Corrections, NewCorrection } from '../corrections.ts';
import type { Operations } from '../operations.ts';
import type { ProcessingState } from '../processing-state.ts';

export interface Operating {
  /** What an administrator asked for that takes its time. */
  readonly operations: Pick<Operations, 'oldestOpen' | 'latest' | 'advance' | 'finish'>;
  /** Whether an administrator stopped processing, and how far it is. */
  readonly processing: Pick<ProcessingState, 'current' | 'lag' | 'noteLag'>;
  /** What administrators corrected of days that are over. */
  readonly corrections: Omit<Corrections, 'add' | 'noteWritten' | 'reload'>;
  /**
   * Notes the correction, whose rows are still to be written, and answers the operation that asked for it with `answer`
   * and its number. Returns the number; throws when that operation is over.
   */
  makeCorrection(correction: NewCorrection, operation: number, answer: object): number;
  /** The engine has the rows of this correction; its day is derived again. */
  commitCorrection(number: number, day: number, now: number): void;
  /** What the last audit found. */
  readonly auditReports: Pick<AuditReports, 'note' | 'last'>;
  /** What the audit asked of devices. */
  readonly auditLedger: Pick<AuditLedger, 'ask' | 'settled' | 'forgetDaysBefore'>;
  /** What a backup asks for, and when there was one. */
  readonly backupHold: BackupHold;
}
