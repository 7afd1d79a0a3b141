import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest, withSampleData } from '../engine-under-test.ts';
import { statementCorpus } from './statement-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-gate-'));
const file = join(folder, 'canary.csv');
const out = join(folder, 'written.csv');
const canaries = ['canary-of-the-file', 'canary-of-the-facts'];
let connections = 0;
let listener: Server;
let engine: EngineUnderTest;
let hostile: string[];

beforeAll(async () => {
  writeFileSync(file, `${canaries[0]}\n`);
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const port = address !== null && typeof address === 'object' ? String(address.port) : '';
  hostile = statementCorpus('hostile-statements', { file, out, port });
  // Without the jail, which would hide what the gate lets through.
  engine = await withSampleData(await engineUnderTest({ readers: 4, jail: 'off' }));
}, 60_000);

afterAll(async () => {
  await engine?.remove();
  listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Refused by the gate in words, or by the parser, or for a setting: never by the engine while running it. */
const refusedBefore = (text: string) =>
  /This statement is refused for readers: |\((?:SYNTAX_ERROR|READONLY|BAD_ARGUMENTS|WITH_TIES_WITHOUT_ORDER_BY)\)\s*$/.test(
    text,
  );

describe('what readers may run', () => {
  test('every statement of the hostile corpus is refused before it runs', { timeout: 120_000 }, async () => {
    expect(hostile.length).toBeGreaterThanOrEqual(150);
    const passed: string[] = [];
    for (const statement of hostile) {
      const answer = await engine.read(statement);
      if (answer.status < 400 || !refusedBefore(answer.text)) passed.push(`${statement} => ${answer.text}`);
      for (const canary of canaries) expect(answer.text).not.toContain(canary);
    }
    expect(passed).toEqual([]);
    expect(connections).toBe(0);
    expect(existsSync(out)).toBe(false);
    expect(await engine.must('SELECT count() FROM fleetmeter_facts.secret')).toBe('1\n');
  });

  test('every statement of the innocent corpus is answered', { timeout: 120_000 }, async () => {
    const innocent = statementCorpus('innocent-statements');
    expect(innocent.length).toBeGreaterThanOrEqual(40);
    const refused: string[] = [];
    for (const statement of innocent) {
      const answer = await engine.read(statement);
      if (answer.status !== 200) refused.push(`${statement} => ${answer.text}`);
    }
    expect(refused).toEqual([]);
  });

  test('without the gate the corpus does harm, so its refusals are the gate at work', async () => {
    const read = await engine.write(`SELECT file('${file}')`);
    expect(read.text).toContain(canaries[0]);
    const facts = await engine.write('SELECT note FROM fleetmeter_facts.secret SETTINGS readonly = 1');
    expect(facts.text).toContain(canaries[1]);
  });

  test('parameters carry values and never names', async () => {
    const value = await engine.read(
      'SELECT {x:String} AS x, {n:UInt8} + 1, {l:Array(String)}',
      "param_x=it's; DROP&param_n=2&param_l=['a']",
    );
    expect(value.text).toBe("it\\'s; DROP\t3\t['a']\n");
    for (const statement of [
      'SELECT * FROM {t:Identifier}',
      'SELECT * FROM {d:Identifier}.{t:Identifier}',
      'SELECT * FROM { t : Identifier }',
      'SELECT {t:Identifier}',
    ]) {
      const answer = await engine.read(statement, 'param_t=secret&param_d=fleetmeter_facts');
      expect(answer.text).toContain('parameters are values');
    }
    expect((await engine.read('SELECT {missing:String}')).text).toContain('no value was sent');
  });

  test('a value left by one request does not answer for another', async () => {
    for (let again = 0; again < 8; again += 1) await engine.read('SELECT {own:String}', 'param_own=mine');
    const other = await engine.read('SELECT {own:String}');
    expect(other.status).toBe(403);
    expect(other.text).not.toContain('mine');
  });

  test('metadata shows only the database that readers may read', async () => {
    for (const statement of [
      'SELECT database, name FROM system.tables',
      'SELECT t.database, t.create_table_query FROM system.tables AS t JOIN system.databases AS d ON d.name = t.database',
      'SELECT database, name FROM (SELECT * FROM system.columns)',
      'WITH x AS (SELECT * FROM system.tables) SELECT database, name FROM x',
      'SELECT name FROM system.databases UNION ALL SELECT database FROM system.tables',
      'SELECT arrayJoin((SELECT groupArray(name) FROM system.tables))',
      "SELECT name FROM system.tables WHERE name IN (SELECT name FROM system.tables WHERE database != 'fleetmeter')",
      "SELECT count() FROM system.tables WHERE database != 'fleetmeter' OR 1 HAVING count() > 3",
      'SHOW DATABASES',
      'SHOW TABLES',
    ]) {
      const answer = await engine.read(statement);
      expect([statement, answer.status]).toEqual([statement, 200]);
      expect([statement, answer.text.replace(/CREATE [^\n]*/g, '')]).not.toEqual([
        statement,
        expect.stringMatching(/secret|fleetmeter_facts|information_schema|processes/),
      ]);
    }
    const count = await engine.read('SELECT count() FROM system.tables');
    expect(count.text).toBe('3\n');
  });

  test('settings in the URL are refused by name unless they only change how a result is written', async () => {
    for (const search of [
      'max_threads=99',
      'readonly=0',
      'allow_ddl=1',
      'max_execution_time=0',
      'log_comment=x',
    ]) {
      const answer = await engine.read('SELECT 1', search);
      expect(answer.status).toBe(403);
      expect(answer.text).toContain(search.split('=')[0]);
    }
    const formatted = await engine.read(
      'SELECT toUInt64(1) AS n FORMAT JSONEachRow',
      'output_format_json_quote_64bit_integers=1&session_id=x&wait_end_of_query=1',
    );
    expect(formatted.text).toBe('{"n":"1"}\n');
  });

  test('a text that takes the type of a state is never read as one', async () => {
    const text = "unhex('000107000000')";
    const state = '(SELECT groupBitmapState(toUInt32(3)))';
    for (const statement of [
      `SELECT bitmapToArray(x) FROM (SELECT ${text} AS x UNION ALL SELECT ${state})`,
      `SELECT bitmapToArray(x) FROM (SELECT a, ${state} AS x FROM v ORDER BY a WITH FILL TO 9 INTERPOLATE (x AS ${text}))`,
    ]) {
      const answer = await engine.read(statement);
      expect(answer.text).toContain('[3]');
      expect(answer.text).not.toContain('[7]');
      const asWriter = await engine.write(statement, 'database=fleetmeter');
      expect(asWriter.text).toContain('[7]');
    }
  });

  test('a result has bounds', async () => {
    expect((await engine.read('SELECT number FROM numbers(2000000)')).text).toContain('TOO_MANY_ROWS');
    const amplified = await engine.read("SELECT repeat('x', 1000000) FROM numbers(5000)");
    expect(amplified.text).toMatch(/MEMORY_LIMIT_EXCEEDED|TOO_MANY/);
  });

  test('a statement that is too long is refused', async () => {
    const answer = await engine.read(`SELECT '${'x'.repeat(300_000)}'`);
    expect(answer.status).toBe(413);
  });

  test('what a failing query had written does not come out in front of the next result', async () => {
    const failing = [
      'SELECT number FROM numbers(1500000)',
      "SELECT 'SELECT 1', throwIf(number = 900000) FROM numbers(1000000)",
    ];
    for (const statement of [...failing, ...failing, ...failing]) {
      expect((await engine.read(statement)).status).toBe(500);
      const next = await Promise.all([1, 2, 3, 4].map((n) => engine.read(`SELECT ${n}`)));
      expect(next.map((answer) => answer.text)).toEqual(['1\n', '2\n', '3\n', '4\n']);
    }
  });

  test('deep nesting and long lists are refused and do not hurt', async () => {
    for (const statement of [
      `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `SELECT ${'-'.repeat(50_000)}1`,
      `SELECT ${'NOT '.repeat(50_000)}1`,
      `SELECT ${'[1,'.repeat(30_000)}`,
      `SELECT 1 ${'UNION ALL SELECT 1 '.repeat(10_000)}`,
      `SELECT ${'(SELECT '.repeat(2_000)}1${')'.repeat(2_000)}`,
    ]) {
      const answer = await engine.read(statement);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect((await engine.read('SELECT 1')).text).toBe('1\n');
  });
});
