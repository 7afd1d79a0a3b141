/**
 * Questions about one named person, asked of the page's API, of the SQL port and of exports, as a viewer: none is
 * answered. The same questions are answered to a personal token, so that each of them could be, and is written down.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ANNA, DIARY, HAD_BEFORE, reportAll, usageOf } from './home-programs-fleet.ts';
import type { ScriptedDevice } from './scripted-device.ts';

let fleet: FleetOfOne;
let desk: ScriptedDevice;
let second: ScriptedDevice;
let token: string;
let person: string;
const REASON = 'she asked for it, 12 May';

beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
  [desk, second] = (await reportAll(fleet)) as [ScriptedDevice, ScriptedDevice];
  // One record of hers that cannot be used.
  const absurd = usageOf([
    { of: DIARY, user: ANNA, seconds: 257, launches: 2_000_000_000, foreground: 9_999_999 },
  ]);
  await desk.acknowledged('report', desk.report({ sequence: 2, digestBefore: HAD_BEFORE, usage: absurd }));
  await fleet.eventually(
    'everything is derived',
    async () => {
      const rows = await fleet.sql(
        `SELECT 1 AS one FROM fleetmeter.application_usage_daily WHERE application = 'editor' AND users = '7'`,
      );
      const named = await fleet.sql(
        `SELECT 1 AS one FROM fleetmeter.application_devices WHERE application = 'team-tool'`,
      );
      return rows.length === 1 && named.length === 6;
    },
    60,
  );
  const made = fleet.command(fleet.collectorProgram, 'person', 'token', 'create', '--name', 'Dana', '--json');
  token = (JSON.parse(made) as { secret: string }).secret;
  const [row] = JSON.parse(
    (
      await asPerson(
        `SELECT person FROM fleetmeter_person.user_usage_daily WHERE launches = 13 LIMIT 1`,
        'JSON',
      )
    ).text,
  ).data as [{ person: string }];
  person = row.person;
}, 120_000);
afterAll(() => fleet?.close());

interface Answered {
  status: number;
  text: string;
}

async function asPerson(
  statement: string,
  format = 'TabSeparated',
  { secret = token, reason = REASON } = {},
): Promise<Answered> {
  const answer = await fetch(`${fleet.adminUrl}/api/person/query?default_format=${format}`, {
    ...{ method: 'POST', body: statement },
    headers: {
      ...{ authorization: `Bearer ${secret}`, 'content-type': 'application/sql' },
      'x-fleetmeter-reason': reason,
    },
  });
  return { status: answer.status, text: await answer.text() };
}

async function atPort(statement: string): Promise<Answered> {
  const answer = await fetch(`${fleet.sqlUrl}/`, { method: 'POST', body: statement });
  return { status: answer.status, text: await answer.text() };
}

async function ofPage(path: string): Promise<Answered> {
  const answer = await fetch(`${fleet.adminUrl}${path}`);
  return { status: answer.status, text: await answer.text() };
}

/** Every table and view that a viewer finds, as files. */
async function exported(format: string): Promise<Answered> {
  const tables = (
    await fleet.sql<{ name: string }>(`SELECT name FROM system.tables WHERE database = 'fleetmeter'`)
  ).map(({ name }) => name);
  expect(tables.length).toBeGreaterThan(10);
  const answers = await Promise.all(
    tables.map((name) => atPort(`SELECT * FROM fleetmeter.${name} FORMAT ${format}`)),
  );
  for (const { status } of answers) expect(status).toBe(200);
  return { status: 200, text: answers.map(({ text }) => text).join('\n') };
}

interface Question {
  question: string;
  viewer: () => Promise<Answered>;
  /** Of the database of persons. */
  person: () => string;
  /** What would answer it. */
  answer: () => string;
}

const OF_HER = (columns: string, where = '1') =>
  `SELECT ${columns} FROM fleetmeter_person.user_usage_daily WHERE person = '${person}' AND ${where}`;
const FILES = (columns: string, where: string) =>
  `SELECT ${columns} FROM fleetmeter_person.executables WHERE ${where}`;
/** Devices that share an id with what the second computer has, and that is not only what stands for all that is not shown. */
const whoElse = (table: string, id: string, where: string) =>
  `SELECT device_id FROM fleetmeter.${table} WHERE device_id != '${second.hexId}' AND ${where}
   AND ${id} IN (SELECT ${id} FROM fleetmeter.${table} WHERE device_id = '${second.hexId}' AND ${where})`;
const name = () => 'anna-diary';
const guessedId = () => createHash('sha256').update('file\0\0anna-diary').digest('hex').slice(0, 16);

const QUESTIONS: Question[] = [
  {
    question: 'who are the people of the fleet?',
    viewer: () => atPort('SELECT person FROM fleetmeter_person.people'),
    person: () => 'SELECT person FROM fleetmeter_person.people',
    answer: () => person,
  },
  {
    question: 'is there anything that says who used what?',
    viewer: () => atPort(`SELECT database, name FROM system.tables`),
    person: () => `SELECT database, name FROM system.tables`,
    answer: () => 'user_usage_daily',
  },
  {
    question: 'what do the reports themselves say of her?',
    viewer: () => atPort('SELECT lower(hex(user)) FROM fleetmeter_facts.usage'),
    person: () => OF_HER('person'),
    answer: () => person,
  },
  {
    question: 'what did she use today?',
    viewer: () => atPort(OF_HER('application')),
    person: () => OF_HER('application'),
    answer: name,
  },
  {
    question: 'for how long did she use the editor?',
    viewer: () =>
      atPort(
        `SELECT seconds FROM fleetmeter.device_usage_daily WHERE device_id = '${desk.hexId}' AND application = 'editor'`,
      ),
    person: () => OF_HER('seconds', `application = 'editor'`),
    answer: () => '257',
  },
  {
    question: 'and by the table that is derived?',
    viewer: () =>
      atPort(
        `SELECT seconds FROM fleetmeter.usage_daily WHERE device_id = '${desk.hexId}' AND application = 'editor'`,
      ),
    person: () => OF_HER('seconds', `application = 'editor'`),
    answer: () => '257',
  },
  {
    question: 'how often did she start it?',
    viewer: () =>
      atPort(
        `SELECT launches, launches_by_user FROM fleetmeter.usage_daily WHERE device_id = '${desk.hexId}' AND application = 'editor'`,
      ),
    person: () => OF_HER('launches, launches_by_user', `application = 'editor'`),
    answer: () => '13',
  },
  {
    question: 'did she look at it?',
    viewer: () =>
      atPort(
        `SELECT foreground_seconds FROM fleetmeter.usage_evidence WHERE device_id = '${desk.hexId}' AND application_id IN (SELECT application_id FROM fleetmeter.applications WHERE name = 'editor')`,
      ),
    person: () => OF_HER('foreground_seconds', `application = 'editor'`),
    answer: () => '41',
  },
  {
    question: 'is she the only one who uses the tool of the team?',
    viewer: () =>
      atPort(`SELECT users FROM fleetmeter.application_usage_daily WHERE application = 'team-tool'`),
    person: () =>
      `SELECT uniqExact(person) FROM fleetmeter_person.user_usage_daily WHERE application = 'team-tool'`,
    answer: () => '1',
  },
  {
    question: 'what is the program called that only she has?',
    viewer: () => atPort(`SELECT path FROM fleetmeter.executables WHERE devices <= 2`),
    person: () => FILES('path', 'devices <= 2'),
    answer: name,
  },
  {
    question: 'what is it called where it was once seen?',
    viewer: () => atPort(`SELECT path, application FROM fleetmeter.executables_seen ORDER BY first_seen`),
    person: () => FILES('path, application', '1'),
    answer: name,
  },
  {
    question: 'does anybody have the program with this id?',
    viewer: () =>
      atPort(
        `SELECT path, devices FROM fleetmeter.executables WHERE executable_id = '${DIARY.executableId}'`,
      ),
    person: () => FILES('path, devices', `executable_id = '${DIARY.executableId}'`),
    answer: name,
  },
  {
    question: 'does anybody have the file with this hash?',
    viewer: () => atPort(`SELECT device_id FROM fleetmeter.installations WHERE sha256 = '${DIARY.sha256}'`),
    person: () =>
      `SELECT device_id FROM fleetmeter_person.user_usage_daily WHERE application_id IN (${FILES('application_id', `sha256 = '${DIARY.sha256}'`)})`,
    answer: () => desk.hexId,
  },
  {
    question: 'who has the very file that I have got hold of?',
    viewer: () => atPort(whoElse('installations', 'executable_id', `path LIKE '~/(%'`)),
    person: () =>
      `SELECT device_id FROM fleetmeter_person.user_usage_daily WHERE application_id IN (${FILES('application_id', `sha256 = '${DIARY.sha256}'`)})`,
    answer: () => desk.hexId,
  },
  {
    question: 'is a program of a guessed name used, by the id that the name would have?',
    viewer: () =>
      atPort(
        `SELECT device_id FROM fleetmeter.usage_daily WHERE application_id = '${guessedId()}' OR application = 'anna-diary'`,
      ),
    person: () => OF_HER('device_id', `application = 'anna-diary'`),
    answer: () => desk.hexId,
  },
  {
    question: 'what is installed on her computer?',
    viewer: () =>
      atPort(`SELECT path, application FROM fleetmeter.installations WHERE device_id = '${desk.hexId}'`),
    person: () => FILES('path', `application_id IN (${OF_HER('application_id')})`),
    answer: name,
  },
  {
    question: 'when did she last use what she has for herself?',
    viewer: () =>
      atPort(
        `SELECT application, last_used, seconds_7 FROM fleetmeter.application_last_used WHERE device_id = '${desk.hexId}'`,
      ),
    person: () => OF_HER('application, day'),
    answer: name,
  },
  {
    question: 'does the page find her program by its name?',
    viewer: () => ofPage('/api/executables?search=diary'),
    person: () => FILES('path', `path LIKE '%diary%'`),
    answer: name,
  },
  {
    question: 'does the page find it by its hash or id?',
    viewer: async () => {
      const [byHash, byId] = [
        await ofPage(`/api/executables?search=${DIARY.sha256}`),
        await ofPage(`/api/executables?search=${DIARY.executableId}`),
      ];
      return { status: 200, text: byHash.text + byId.text };
    },
    person: () => FILES('sha256', `executable_id = '${DIARY.executableId}'`),
    answer: () => DIARY.sha256,
  },
  {
    question: 'does the page list it among the applications?',
    viewer: () => ofPage('/api/applications?limit=1000'),
    person: () => FILES('application', '1'),
    answer: name,
  },
  {
    question: 'does the page of her computer name it?',
    viewer: () => ofPage(`/api/devices/${desk.hexId}`),
    person: () => OF_HER('application'),
    answer: name,
  },
  {
    question: 'does the page of what was used today name it?',
    viewer: () => ofPage('/api/usage'),
    person: () => OF_HER('application'),
    answer: name,
  },
  {
    question: 'does a record of hers in quarantine say whose it is?',
    viewer: async () => {
      const { records } = JSON.parse((await ofPage('/api/quarantine/records')).text) as {
        records: { number: number }[];
      };
      expect(records.length).toBeGreaterThan(0);
      const shown = await Promise.all(
        records.map(({ number }) => ofPage(`/api/quarantine/records/${number}`)),
      );
      return { status: 200, text: shown.map(({ text }) => text).join('\n') };
    },
    person: () => OF_HER('person'),
    answer: () => person,
  },
  {
    question: 'is she in a table that somebody takes home as CSV?',
    viewer: () => exported('CSVWithNames'),
    person: () => OF_HER('person, application'),
    answer: name,
  },
  {
    question: 'or as JSON, by her pseudonym?',
    viewer: () => exported('JSONEachRow'),
    person: () => OF_HER('person'),
    answer: () => person,
  },
  {
    question: 'or in what is measured?',
    viewer: () => ofPage('/metrics'),
    person: () => OF_HER('application'),
    answer: name,
  },
];

/** The answer as a whole word: 1 is not in 211. */
const says = (text: string, answer: string): boolean =>
  new RegExp(`(?<![\\w.<])${answer}(?![\\w.])`).test(text);

test('there are at least twenty', () => {
  expect(QUESTIONS.length).toBeGreaterThanOrEqual(20);
});

test.each(QUESTIONS)('$question', async ({ viewer, person: asked, answer }) => {
  const told = await asPerson(asked());
  expect([told.status, says(told.text, answer())], `${asked()}: ${told.text}`).toEqual([200, true]);
  const shown = await viewer();
  if (shown.status === 200) {
    expect(says(shown.text, answer()), shown.text.slice(0, 2_000)).toBe(false);
    for (const secret of ['diary', DIARY.sha256, person, Buffer.from(ANNA).toString('hex')])
      expect(shown.text).not.toContain(secret);
  } else expect(shown.status).toBe(403);
});

const log = (): Record<string, unknown>[] =>
  JSON.parse(fleet.command(fleet.collectorProgram, 'person', 'log', '--limit', '1000', '--json'));

test('everything that was asked about persons is in the log, with who asked and why', () => {
  const read = log();
  for (const { person: asked } of QUESTIONS) {
    const entry = read.find(({ statement }) => statement === asked());
    expect(entry, asked()).toMatchObject({ name: 'Dana', reason: REASON, outcome: 'answered' });
    expect(Number(entry?.rows)).toBeGreaterThan(0);
    expect(Number(entry?.bytes)).toBeGreaterThan(0);
  }
});

test('what is refused is in the log as well, and so is a token that does not hold', async () => {
  expect((await asPerson('SELECT * FROM fleetmeter_facts.usage')).status).toBe(400);
  expect((await asPerson('DROP VIEW fleetmeter_person.people')).status).toBe(400);
  expect((await asPerson('SELECT 1', 'JSON', { reason: '' })).status).toBe(400);
  expect((await asPerson('SELECT 2', 'JSON', { secret: 'fmp_guessed' })).status).toBe(401);
  const [wrong, unreasoned, dropped, facts] = log();
  expect(facts).toMatchObject({
    statement: 'SELECT * FROM fleetmeter_facts.usage',
    outcome: 'refused',
    name: 'Dana',
  });
  expect(dropped).toMatchObject({ outcome: 'refused', rows: 0 });
  expect(unreasoned).toMatchObject({ statement: 'SELECT 1', outcome: 'refused', reason: '' });
  expect(wrong).toMatchObject({ statement: 'SELECT 2', outcome: 'refused', name: '', tokenId: '' });
  const counted = (await ofPage('/metrics')).text;
  for (const line of ['refused"} 2', 'reason"} 1', 'token"} 1'])
    expect(counted).toContain(`fleetmeter_person_readings_total{outcome="${line}`);
});

test('a revoked token asks nothing any more, at once, and guessing is paced without locking others out', async () => {
  const made = JSON.parse(
    fleet.command(fleet.collectorProgram, 'person', 'token', 'create', '--name', 'Eve', '--json'),
  ) as { token: string; secret: string };
  expect((await asPerson('SELECT 3', 'JSON', { secret: made.secret })).status).toBe(200);
  fleet.command(fleet.collectorProgram, 'person', 'token', 'revoke', made.token);
  expect((await asPerson('SELECT 4', 'JSON', { secret: made.secret })).status).toBe(401);
  const statuses: number[] = [];
  for (let guess = 0; guess < 15; guess++)
    statuses.push((await asPerson('SELECT 5', 'JSON', { secret: `fmp_${guess}` })).status);
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(log().filter(({ statement }) => statement === 'SELECT 5').length).toBeLessThanOrEqual(10);
  expect((await asPerson('SELECT 6')).status).toBe(200);
});

test('the command asks with the token of a file, and takes none from its arguments', () => {
  const file = `${fleet.folder}/token`;
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  const ask = (...more: string[]) =>
    fleet.command(fleet.collectorProgram, 'person', 'ask', '--reason', 'änderung & more', ...more);
  const answer = ask('--token-file', file, '--format', 'TabSeparated', OF_HER('application', `launches = 7`));
  expect(answer).toBe('anna-diary\n');
  expect(log()[0]).toMatchObject({ reason: 'änderung & more', outcome: 'answered', rows: 1 });
  expect(() => ask('SELECT 1')).toThrow(/a personal token is needed/);
});

test('a page of somebody else cannot ask, nor can a form', async () => {
  const foreign = await fetch(`${fleet.adminUrl}/api/person/query`, {
    ...{ method: 'POST', body: 'SELECT 1' },
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/sql',
      'sec-fetch-site': 'cross-site',
    },
  });
  expect(foreign.status).toBe(403);
  const form = await fetch(`${fleet.adminUrl}/api/person/query`, {
    ...{ method: 'POST', body: 'SELECT 1' },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
  });
  expect(form.status).toBe(415);
});
