/**
 * Questions about persons: with a personal token and a reason, and never without an entry in the log, which is on the
 * disk before anything is asked, and once more, with what came of it, before anything is answered.
 */
import type { PersonAnswer, PersonAsker } from '../clickhouse/ask-as-person.ts';
import { PersonQuestionError } from '../clickhouse/ask-as-person.ts';
import type { Persons } from '../control/contract/persons.ts';
import { AskPace } from './ask-pace.ts';

export type PersonRefusalKind = 'token' | 'too-often' | 'reason' | 'person';

/** Not asked at all; the message is for who wanted to. */
export class PersonRefusal extends Error {
  override name = 'PersonRefusal';
  readonly kind: PersonRefusalKind;
  constructor(kind: PersonRefusalKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What a reading came to, for metrics. */
export type ReadingOutcome = 'answered' | 'failed' | 'refused' | Exclude<PersonRefusalKind, 'person'>;
export const READING_OUTCOMES: readonly ReadingOutcome[] = [
  ...(['answered', 'failed', 'refused'] as const),
  ...(['token', 'too-often', 'reason'] as const),
];

export interface PersonQuestionsOptions {
  persons: Persons;
  asker: PersonAsker;
  /** Milliseconds since 1970. */
  now: () => number;
  onReading: (outcome: ReadingOutcome) => void;
}

export interface Asking {
  secret: string;
  reason: string;
  /** As the log shows it. */
  statement: string;
}

const LONGEST_REASON = 500;
/** Of what somebody without a token sent. */
const LOGGED_OF_STRANGERS = 500;
const TOKEN_FAULTS = {
  unknown: 'this is no personal token of this collector',
  expired: 'this token has expired: ask for another one',
  revoked: 'this token was revoked',
} as const;

export class PersonQuestions {
  readonly #options: PersonQuestionsOptions;
  readonly #pace = new AskPace();

  constructor(options: PersonQuestionsOptions) {
    this.#options = options;
  }

  /** One statement of SQL. Throws PersonRefusal, PersonQuestionError, PersonEngineDownError. */
  async query(asking: Asking, format: string): Promise<PersonAnswer> {
    return await this.read(asking, () => this.#options.asker.ask(asking.statement, format));
  }

  /** Whatever is read about persons: `work` reads it, once it may be. */
  async read(asking: Asking, work: (tokenName: string) => Promise<PersonAnswer>): Promise<PersonAnswer> {
    const { persons, now, onReading } = this.#options;
    const { number, name } = this.#admit(asking);
    let answer: PersonAnswer;
    try {
      answer = await work(name);
    } catch (error) {
      const outcome = isRefused(error) ? 'refused' : 'failed';
      persons.personReads.finish(number, { outcome, detail: detailOf(error) }, now());
      onReading(outcome);
      throw error;
    }
    const { rows, body } = answer;
    persons.personReads.finish(number, { outcome: 'answered', rows, bytes: body.length }, now());
    onReading('answered');
    return answer;
  }

  /** The entry in the log of a question that may be asked. Throws PersonRefusal, of which there is an entry too. */
  #admit({ secret, reason, statement }: Asking): { number: number; name: string } {
    const { persons, now } = this.#options;
    const at = now();
    const { token, fault } = persons.personTokens.judge(secret, at);
    const { tokenId = '', name = '' } = token ?? {};
    if (fault) {
      if (!this.#pace.takesWrong(at))
        this.#refuse('too-often', 'too many tokens that do not hold were shown');
      const logged = { reason: start(reason), statement: start(statement) };
      this.#log({ at, tokenId, name, ...logged }, TOKEN_FAULTS[fault]);
      this.#refuse('token', TOKEN_FAULTS[fault]);
    }
    if (!this.#pace.takes(tokenId, at))
      this.#refuse('too-often', 'this token has asked too much in this minute');
    const entry = { at, tokenId, name, reason: reason.slice(0, LONGEST_REASON), statement };
    if (reason.trim() === '' || reason.length > LONGEST_REASON) {
      const why = `a question about persons needs a reason, of at most ${LONGEST_REASON} characters`;
      this.#log(entry, why);
      this.#refuse('reason', why);
    }
    return { number: persons.personReads.begin(entry), name };
  }

  #log(entry: Parameters<Persons['personReads']['begin']>[0], detail: string): void {
    const { personReads } = this.#options.persons;
    const number = personReads.begin(entry);
    personReads.finish(number, { outcome: 'refused', detail }, this.#options.now());
  }

  #refuse(kind: Exclude<PersonRefusalKind, 'person'>, message: string): never {
    this.#options.onReading(kind);
    throw new PersonRefusal(kind, message);
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof PersonRefusal || (error instanceof PersonQuestionError && error.refused);
const start = (text: string): string => text.slice(0, LOGGED_OF_STRANGERS);
const detailOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, LOGGED_OF_STRANGERS);
