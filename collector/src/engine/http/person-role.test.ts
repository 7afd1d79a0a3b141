/** Who may ask about persons: the collector alone, and no more than to read. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest, withSampleData } from '../engine-under-test.ts';
import { personSecret, personUser } from '../writer-secret.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await withSampleData(await engineUnderTest());
  await engine.must('CREATE DATABASE fleetmeter_person');
  await engine.must('CREATE VIEW fleetmeter_person.people AS SELECT a AS person FROM fleetmeter_facts.t');
}, 60_000);

afterAll(async () => {
  await engine?.remove();
});

async function ask(statement: string, password = personSecret(engine.secret)) {
  const headers = { 'x-clickhouse-user': personUser, 'x-clickhouse-key': password };
  const answer = await fetch(`${engine.url}/`, { method: 'POST', body: statement, headers });
  return { status: answer.status, text: await answer.text() };
}

test.each([
  'SELECT count() FROM fleetmeter_person.people',
  'SELECT count(fleetmeter_person.people.person) FROM fleetmeter_person.people',
  'SELECT count() FROM fleetmeter.v WHERE a IN fleetmeter_person.people',
  "SELECT count() + 3 FROM system.tables WHERE database = 'fleetmeter_person'",
  'SELECT count() FROM v JOIN fleetmeter_person.people ON people.person = v.a',
])('%s is answered', async (statement) => {
  expect(await ask(statement)).toEqual({ status: 200, text: '4\n' });
});

test.each([
  'SELECT count() FROM fleetmeter_person.people',
  'SELECT fleetmeter_person.people.person FROM v',
  'SELECT count() FROM fleetmeter.v WHERE a IN fleetmeter_person.people',
  'DESCRIBE TABLE fleetmeter_person.people',
  'SHOW CREATE VIEW fleetmeter_person.people',
])('%s is refused for readers', async (statement) => {
  const { status, text } = await engine.read(statement);
  expect([status, text.includes('ACCESS_DENIED')]).toEqual([403, true]);
});

test('readers do not even see that there is such a database', async () => {
  const names = await engine.read(
    "SELECT count() FROM system.tables WHERE database LIKE '%person%' UNION ALL SELECT count() FROM system.columns WHERE database LIKE '%person%' UNION ALL SELECT count() FROM system.databases WHERE name LIKE '%person%'",
  );
  expect(names).toMatchObject({ status: 200, text: '0\n0\n0\n' });
});

test.each([
  'SELECT count() FROM fleetmeter_facts.secret',
  'INSERT INTO fleetmeter_facts.t VALUES (9, 1)',
  'DROP VIEW fleetmeter_person.people',
  "SELECT * FROM url('http://127.0.0.1:1/', CSV)",
  'SELECT * FROM system.processes',
  'SELECT 1 SETTINGS readonly = 0',
])('%s is refused for questions about persons too', async (statement) => {
  expect((await ask(statement)).status).toBe(403);
});

test.each(['', 'x', 'default'])('with the secret %j nobody is let in', async (secret) => {
  expect((await ask('SELECT 1', secret)).text).toContain('AUTHENTICATION_FAILED');
});

test("the writer's own secret is none for questions about persons, nor theirs one for writing", async () => {
  expect((await ask('SELECT 1', engine.secret)).status).not.toBe(200);
  const stolen = await engine.write('SELECT 1', '', { 'x-clickhouse-key': personSecret(engine.secret) });
  expect(stolen.text).toContain('AUTHENTICATION_FAILED');
});
