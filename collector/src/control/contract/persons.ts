/** Who may ask about persons, and what was asked. A part of ControlStore. */
import type { PersonReads } from '../person-reads.ts';
import type { PersonTokens } from '../person-tokens.ts';

export interface Persons {
  readonly personTokens: Pick<PersonTokens, 'judge'>;
  readonly personReads: Pick<PersonReads, 'begin' | 'finish'>;
}
