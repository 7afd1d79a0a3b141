/** What the command line asks of the pipeline: on the same file as a running collector, which sees it at its next look. */
import { AuditReports } from './audit-reports.ts';
import { Corrections } from './corrections.ts';
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { MetaValues } from './meta-values.ts';
import { Operations } from './operations.ts';
import { ProcessingState } from './processing-state.ts';

export interface OperationDesk extends Disposable {
  processing: ProcessingState;
  operations: Operations;
  auditReports: AuditReports;
  corrections: Corrections;
  /** Stream offset up to which everything is processed. */
  checkpoint(): number;
}

/** Throws NoControlStoreError. */
export function openOperationDesk(collectorDir: string): OperationDesk {
  const database = openExistingControlDatabase(collectorDir);
  const meta = new MetaValues(database);
  return {
    processing: new ProcessingState(database, meta),
    operations: new Operations(database),
    auditReports: new AuditReports(meta),
    corrections: new Corrections(database),
    checkpoint: () => meta.counter('checkpoint'),
    [Symbol.dispose]: () => database.close(),
  };
}
