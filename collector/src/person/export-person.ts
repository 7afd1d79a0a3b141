/** Everything that is held of a person, for that person: what the tables have, and what the control store has. */
import type { KeyObject } from 'node:crypto';
import type { PersonAnswer } from '../clickhouse/ask-as-person.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { personHeld } from '../clickhouse/queries/person-held.ts';
import type { Persons } from '../control/contract/persons.ts';
import { personCalled } from '../control/person-pseudonym.ts';
import { type Asking, type PersonQuestions, PersonRefusal } from './person-questions.ts';

export interface PersonExportOptions {
  questions: PersonQuestions;
  clickhouse: ClickHouse;
  control: Pick<Persons, 'personRecords'> & { userKey: KeyObject };
}

const MS_A_DAY = 86_400_000;
const dateOf = (day: number): string => new Date(day * MS_A_DAY).toISOString().slice(0, 10);

export class PersonExport {
  readonly #options: PersonExportOptions;

  constructor(options: PersonExportOptions) {
    this.#options = options;
  }

  /** `called`: 16 hex digits as the device shows them, or 32 as the tables do. Logged like every question. */
  async of(called: string, who: Pick<Asking, 'secret' | 'reason'>): Promise<PersonAnswer> {
    const { questions, clickhouse, control } = this.#options;
    const person = personCalled(control.userKey, called);
    const statement = `export of ${person ? Buffer.from(person).toString('hex') : 'nobody'}`;
    return await questions.read({ ...who, statement }, async () => {
      if (!person) throw new PersonRefusal('person', 'a person is called by 16 or 32 hex digits');
      const hex = Buffer.from(person).toString('hex');
      const held = await personHeld(clickhouse, hex);
      const { quarantine, corrections } = control.personRecords.held(person);
      const whole = {
        person: hex,
        ...held,
        corrections: corrections.map(({ number, day, deviceId, executableNo }) => ({
          ...{ number, day: dateOf(day), device_id: deviceId, executable_no: executableNo },
        })),
        quarantine: quarantine.map(({ number, reason, kind, deviceId, day, state }) => ({
          ...{ number, reason, kind, device_id: deviceId, state },
          day: day === null ? null : dateOf(day),
        })),
      };
      return {
        body: Buffer.from(`${JSON.stringify(whole, null, 2)}\n`),
        contentType: 'application/json; charset=utf-8',
        rows: held.days.length + corrections.length + quarantine.length,
      };
    });
  }
}
