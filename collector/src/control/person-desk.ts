/** Tokens and log of questions about persons for the command line, on the same file as a running collector. */
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { PersonReads } from './person-reads.ts';
import { PersonTokens } from './person-tokens.ts';

export interface PersonDesk extends Disposable {
  tokens: PersonTokens;
  reads: PersonReads;
}

/** Throws NoControlStoreError. */
export function openPersonDesk(collectorDir: string): PersonDesk {
  const database = openExistingControlDatabase(collectorDir);
  return {
    tokens: new PersonTokens(database),
    reads: new PersonReads(database),
    [Symbol.dispose]: () => database.close(),
  };
}
