import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest } from '../engine-under-test.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await engineUnderTest({ readers: 2 });
  await engine.must('CREATE TABLE fleetmeter.t (a UInt32, s String) ENGINE = MergeTree ORDER BY a');
  await engine.must('CREATE TABLE fleetmeter.x (a UInt32) ENGINE = MergeTree ORDER BY a');
}, 60_000);

afterAll(() => engine?.remove());

/** Bytes that once ended an INSERT and made the rest a statement, or made rows vanish. */
const poisons = [
  'a\n\nDROP TABLE fleetmeter.x',
  'a\n\nDROP TABLE fleetmeter.x;\n\n',
  ';DROP TABLE fleetmeter.x;',
  '\n\n\n\n',
  'ends in a newline\n',
  '\n',
  'nul \0 and more \0',
  'quotes \' " ` \\ and back \\\\',
  '\n\n; INSERT INTO fleetmeter.x VALUES (1)\n\n',
  '-- comment\n/* comment',
];
const rows = poisons.map((s, index) => ({ a: 0x0a0a + index, s }));

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};
const csv = (value: string) => `"${value.replaceAll('"', '""')}"`;
const tsv = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\0', '\\0');
const sql = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const bodies: Record<string, Buffer> = {
  JSONEachRow: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('\n\n')),
  JSONCompactEachRow: Buffer.from(rows.map((row) => JSON.stringify([row.a, row.s])).join('\n')),
  CSV: Buffer.from(rows.map((row) => `${row.a},${csv(row.s)}\n`).join('')),
  CSVWithNames: Buffer.from(`"a","s"\n${rows.map((row) => `${row.a},${csv(row.s)}\n`).join('')}`),
  TSV: Buffer.from(rows.map((row) => `${row.a}\t${tsv(row.s)}\n`).join('')),
  TabSeparated: Buffer.from(rows.map((row) => `${row.a}\t${tsv(row.s)}\n`).join('')),
  Values: Buffer.from(rows.map((row) => `(${row.a},${sql(row.s)})`).join(',')),
  RowBinary: Buffer.concat(rows.flatMap((row) => [u32(row.a), text(row.s)])),
  Native: Buffer.concat([
    Buffer.from([2, rows.length]),
    text('a'),
    text('UInt32'),
    ...rows.map((row) => u32(row.a)),
    text('s'),
    text('String'),
    ...rows.map((row) => text(row.s)),
  ]),
};

async function expectAllRows(): Promise<void> {
  const stored = await engine.must('SELECT a, s FROM fleetmeter.t ORDER BY a FORMAT JSONCompact');
  expect(JSON.parse(stored).data).toEqual(rows.map((row) => [row.a, row.s]));
  expect(await engine.must('SELECT count() FROM fleetmeter.x')).toBe('0\n');
  await engine.must('TRUNCATE TABLE fleetmeter.t');
}

describe('data of an INSERT is data, whatever it looks like', () => {
  for (const [format, body] of Object.entries(bodies)) {
    const statement = `INSERT INTO fleetmeter.t FORMAT ${format}`;

    test(`${format}: statement in the URL, data in the body`, async () => {
      const answer = await engine.write(body, `query=${encodeURIComponent(statement)}`);
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '{}').written_rows).toBe(
        String(rows.length),
      );
      await expectAllRows();
    });

    test(`${format}: statement and data in one body`, async () => {
      const answer = await engine.write(Buffer.concat([Buffer.from(`${statement}\n`), body]));
      expect([answer.status, answer.text]).toEqual([200, '']);
      await expectAllRows();
    });
  }

  test('Parquet and Arrow go in as they came out', async () => {
    await engine.must(
      "INSERT INTO fleetmeter.t SELECT number, concat('x\\n\\nDROP', toString(number)) FROM numbers(10)",
    );
    for (const format of ['Parquet', 'Arrow', 'ArrowStream', 'ORC', 'Avro', 'MsgPack', 'BSONEachRow']) {
      // As the writer: not every format is open to readers.
      const out = await fetch(`${engine.url}/?query=SELECT+*+FROM+fleetmeter.t+WHERE+a<10+FORMAT+${format}`, {
        headers: { 'x-clickhouse-user': 'fleetmeter_writer', 'x-clickhouse-key': engine.secret },
      });
      const body = Buffer.from(await out.arrayBuffer());
      const answer = await engine.write(body, `query=INSERT+INTO+fleetmeter.t+FORMAT+${format}`);
      expect([format, answer.status, answer.text]).toEqual([format, 200, '']);
      expect(await engine.must('SELECT uniqExact(a, s), count() FROM fleetmeter.t')).toBe('10\t20\n');
      await engine.must('TRUNCATE TABLE fleetmeter.t');
      await engine.must(
        "INSERT INTO fleetmeter.t SELECT number, concat('x\\n\\nDROP', toString(number)) FROM numbers(10)",
      );
    }
    await engine.must('TRUNCATE TABLE fleetmeter.t');
  });

  test('compressed bodies are inflated and bounded', async () => {
    const search = 'query=INSERT+INTO+fleetmeter.t+FORMAT+CSV';
    const body = bodies.CSV ?? Buffer.alloc(0);
    expect((await engine.write(gzipSync(body), search, { 'content-encoding': 'gzip' })).status).toBe(200);
    await expectAllRows();
    expect((await engine.write(zstdCompressSync(body), search, { 'content-encoding': 'zstd' })).status).toBe(
      200,
    );
    await expectAllRows();
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, '1,x\n'));
    expect((await engine.write(bomb, search, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await engine.write(Buffer.from('no gzip'), search, { 'content-encoding': 'gzip' })).status).toBe(
      400,
    );
    expect(await engine.must('SELECT count() FROM fleetmeter.t')).toBe('0\n');
  }, 30_000);

  test('a statement is exactly one statement, also with data behind it', async () => {
    for (const statement of [
      'DROP TABLE fleetmeter.x; SELECT 1',
      'SELECT 1; DROP TABLE fleetmeter.x',
      'EXPLAIN AST SELECT 1; DROP TABLE fleetmeter.x',
      'SELECT 1;\n\nDROP TABLE fleetmeter.x',
      'INSERT INTO fleetmeter.x SELECT 1; DROP TABLE fleetmeter.x',
      'INSERT INTO fleetmeter.x VALUES (1); DROP TABLE fleetmeter.x',
      'INSERT INTO fleetmeter.x VALUES (1);(2)',
      'INSERT INTO fleetmeter.x FORMAT Values (1);\n\n(2)',
      'INSERT INTO fleetmeter.x FORMAT CSV; DROP TABLE fleetmeter.x',
    ]) {
      const answer = await engine.write(statement);
      expect([statement, answer.status >= 400]).toEqual([statement, true]);
      expect(await engine.must('SELECT count() FROM fleetmeter.x')).toBe('0\n');
    }
    await engine.must('INSERT INTO fleetmeter.x VALUES (1);\n');
    await engine.must('TRUNCATE TABLE fleetmeter.x');
    const late = await engine.write(
      '1\n',
      'query=INSERT+INTO+fleetmeter.x+FORMAT+CSV;+DROP+TABLE+fleetmeter.x',
    );
    expect(late.status).toBeGreaterThanOrEqual(400);
  });

  test('columns, settings, parameters and databases of an INSERT are kept', async () => {
    await engine.must(
      'INSERT INTO t (s, a) SETTINGS input_format_skip_unknown_fields = 1 FORMAT JSONEachRow\n{"a":1,"s":"y","z":0}',
      'database=fleetmeter',
    );
    await engine.must(
      '{"a":2,"s":"y","z":0}',
      'database=fleetmeter&input_format_skip_unknown_fields=1&query=INSERT+INTO+t+FORMAT+JSONEachRow',
    );
    const unknown = await engine.write(
      '{"a":3,"s":"y","z":0}',
      'database=fleetmeter&query=INSERT+INTO+t+FORMAT+JSONEachRow&input_format_skip_unknown_fields=0',
    );
    expect(unknown.text).toContain('Code: 117');
    expect(await engine.must('SELECT a FROM fleetmeter.t ORDER BY a')).toBe('1\n2\n');
    await engine.must('TRUNCATE TABLE fleetmeter.t');
    expect((await engine.write('', 'query=INSERT+INTO+fleetmeter.t+FORMAT+CSV')).status).toBe(200);
  });

  test('nothing stays in the spool', () => {
    expect(readdirSync(join(engine.dataDir, 'spool'))).toEqual([]);
  });
});
