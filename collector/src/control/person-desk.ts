/** Tokens, log and erasing of persons for the command line, on the same file as a running collector. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { MetaValues } from './meta-values.ts';
import { PersonErasures } from './person-erasures.ts';
import { PersonReads } from './person-reads.ts';
import { PersonTokens } from './person-tokens.ts';

export interface PersonDesk extends Disposable {
  tokens: PersonTokens;
  reads: PersonReads;
  erasures: PersonErasures;
  userKey: KeyObject;
}

/** Throws NoControlStoreError. */
export function openPersonDesk(collectorDir: string): PersonDesk {
  const database = openExistingControlDatabase(collectorDir);
  const userKey = createSecretKey(new MetaValues(database).secret('user_key', 32));
  return {
    userKey,
    erasures: new PersonErasures(database, userKey),
    tokens: new PersonTokens(database),
    reads: new PersonReads(database),
    [Symbol.dispose]: () => database.close(),
  };
}
