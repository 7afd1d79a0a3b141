/** Who may ask about persons, what was asked, and who is not to be kept. A part of ControlStore. */
import type { PersonErasures } from '../person-erasures.ts';
import type { PersonReads } from '../person-reads.ts';
import type { PersonRecords } from '../person-records.ts';
import type { PersonTokens } from '../person-tokens.ts';

export interface Persons {
  readonly personTokens: Pick<PersonTokens, 'judge'>;
  readonly personReads: Pick<PersonReads, 'begin' | 'finish'>;
  readonly personErasures: Omit<PersonErasures, 'request' | 'list'>;
  readonly personRecords: Pick<PersonRecords, 'held'>;
  /** What the control store holds of the person goes, and days that this concerns are derived again. */
  forgetPerson(person: Uint8Array, deviceIds: readonly string[], now: number): void;
}
