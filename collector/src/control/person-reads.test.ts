import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PersonQuestionError } from '../clickhouse/ask-as-person.ts';
import { PersonQuestions, type ReadingOutcome } from '../person/person-questions.ts';
import { openControlDatabase } from './control-database.ts';
import { PersonReads, READS_KEPT_DAYS } from './person-reads.ts';
import { PersonTokens } from './person-tokens.ts';

const DAY = 86_400_000;
let folder: string;
let database: DatabaseSync;
let personTokens: PersonTokens;
let personReads: PersonReads;
let time: number;
let outcomes: ReadingOutcome[];
let answer: () => Promise<{ body: Buffer; contentType: string; rows: number }>;
let questions: PersonQuestions;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-person-'));
  database = openControlDatabase(join(folder, 'control.db'));
  personTokens = new PersonTokens(database);
  personReads = new PersonReads(database);
  time = Date.now();
  outcomes = [];
  answer = async () => ({ body: Buffer.from('four'), contentType: 'text/plain', rows: 4 });
  questions = new PersonQuestions({
    persons: { personTokens, personReads } as unknown as ConstructorParameters<
      typeof PersonQuestions
    >[0]['persons'],
    asker: { ask: () => answer(), close: async () => {} },
    now: () => time,
    onReading: (outcome) => outcomes.push(outcome),
  });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const token = (days = 1) =>
  personTokens.create({ name: 'Dana', createdBy: 'root', expiresAt: time + days * DAY }, time);
const ask = (secret: string, reason = 'why', statement = 'SELECT 4') =>
  questions.query({ secret, reason, statement }, 'CSV');

test('the entry is there before anything is asked, and says what came of it before anything is answered', async () => {
  const { secret, tokenId } = token();
  let before: unknown;
  answer = async () => {
    [before] = personReads.list(1);
    return { body: Buffer.from('four'), contentType: 'text/plain', rows: 4 };
  };
  expect((await ask(secret)).body.toString()).toBe('four');
  const entry = {
    at: time,
    tokenId,
    name: 'Dana',
    reason: 'why',
    statement: 'SELECT 4',
    number: 1,
    detail: '',
  };
  expect(before).toEqual({ ...entry, outcome: 'asked', rows: 0, bytes: 0, finishedAt: undefined });
  expect(personReads.list(9)).toEqual([
    { ...entry, outcome: 'answered', rows: 4, bytes: 4, finishedAt: time },
  ]);
});

test('nothing is asked, and nothing answered, when the entry cannot be written', async () => {
  const { secret } = token();
  let asked = 0;
  answer = async () => {
    asked++;
    // How it ended cannot be noted any more.
    database.exec('DROP TABLE person_reads');
    return { body: Buffer.from('four'), contentType: 'text/plain', rows: 4 };
  };
  await expect(ask(secret)).rejects.toThrow('no such table');
  await expect(ask(secret)).rejects.toThrow('no such table');
  expect(asked).toBe(1);
});

test('a token that is expired, revoked or unknown asks nothing, and each try is written down under its name', async () => {
  const { secret, tokenId } = token();
  time += DAY;
  await expect(ask(secret)).rejects.toThrow('this token has expired');
  const other = token();
  expect(personTokens.revoke(other.tokenId, time)).toBe(true);
  expect(personTokens.revoke(other.tokenId, time)).toBe(false);
  await expect(ask(other.secret)).rejects.toThrow('this token was revoked');
  await expect(ask('fmp_x')).rejects.toThrow('this is no personal token');
  expect(personReads.list(9).map((read) => [read.tokenId, read.name, read.outcome])).toEqual([
    ['', '', 'refused'],
    [other.tokenId, 'Dana', 'refused'],
    [tokenId, 'Dana', 'refused'],
  ]);
  expect(outcomes).toEqual(['token', 'token', 'token']);
});

test('wrong tokens are written down ten a minute, and a right one asks sixty times whatever others try', async () => {
  const { secret } = token();
  for (let guess = 0; guess < 40; guess++) await expect(ask(`fmp_${guess}`)).rejects.toThrow();
  expect(personReads.list(99)).toHaveLength(10);
  for (let question = 0; question < 60; question++) await ask(secret);
  await expect(ask(secret)).rejects.toThrow('has asked too much');
  expect(outcomes.filter((outcome) => outcome === 'too-often')).toHaveLength(31);
  time += 1_000;
  await ask(secret);
});

test('a reason is needed, and what the engine refuses is told apart from what fails', async () => {
  const { secret } = token();
  for (const reason of ['', '  ', 'x'.repeat(501)])
    await expect(ask(secret, reason)).rejects.toThrow('needs a reason');
  answer = async () => {
    throw new PersonQuestionError('not this table', true);
  };
  await expect(ask(secret)).rejects.toThrow('not this table');
  answer = async () => {
    throw new Error('gone');
  };
  await expect(ask(secret)).rejects.toThrow('gone');
  expect(outcomes).toEqual(['reason', 'reason', 'reason', 'refused', 'failed']);
  expect(personReads.list(2).map(({ detail }) => detail)).toEqual(['gone', 'not this table']);
});

test('an entry that is over is never changed, none goes before its time, and what is older goes', async () => {
  const read = { tokenId: 'a', name: 'b', reason: 'c', statement: 'd' };
  const old = personReads.begin({ ...read, at: time - (READS_KEPT_DAYS + 1) * DAY });
  const young = personReads.begin({ ...read, at: time - 398 * DAY });
  expect(personReads.list(9).map(({ number }) => number)).toEqual([young, old]);
  personReads.finish(young, { outcome: 'answered' }, time);
  expect(() => personReads.finish(young, { outcome: 'refused' }, time)).toThrow('only added to');
  const open = personReads.begin({ ...read, at: time });
  expect(() => database.exec(`UPDATE person_reads SET statement = '' WHERE number = ${open}`)).toThrow(
    'only added to',
  );
  expect(() => database.exec('DELETE FROM person_reads')).toThrow('kept for 400 days');
  expect(personReads.list(9).map(({ number }) => number)).toEqual([open, young]);
});
