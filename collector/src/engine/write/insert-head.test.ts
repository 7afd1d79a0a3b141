import { expect, test } from 'vitest';
import { insertHead, insertStatement, valuesOnly } from './insert-head.ts';

const cut = (text: string) => {
  const head = insertHead(Buffer.from(text));
  return head && [head.statement, text.slice(head.dataStart)];
};

test('the data begins behind the name of the format, or behind VALUES', () => {
  expect(cut('INSERT INTO t FORMAT CSV\n1,2\n')).toEqual(['INSERT INTO t FORMAT CSV', '1,2\n']);
  expect(cut('insert into t (a, b) format JSONEachRow {"a":1}')?.[1]).toBe('{"a":1}');
  expect(cut('INSERT INTO t FORMAT TSV\n\n1')?.[1]).toBe('\n1');
  expect(cut('INSERT INTO t FORMAT TSV \r\n1')?.[1]).toBe('1');
  expect(cut('INSERT INTO t VALUES (1)')).toEqual(['INSERT INTO t  FORMAT Values', ' (1)']);
  expect(cut('INSERT INTO t SETTINGS a = 1 FORMAT CSV\n1')?.[1]).toBe('1');
});

test('words inside names, strings, comments and column lists do not end the statement', () => {
  expect(cut('INSERT INTO `a FORMAT CSV` FORMAT TSV\nx')?.[1]).toBe('x');
  expect(cut('INSERT INTO t (format, values) FORMAT TSV\nx')?.[1]).toBe('x');
  expect(cut('/* FORMAT CSV */ INSERT INTO t -- VALUES\n FORMAT TSV\nx')?.[1]).toBe('x');
  expect(cut("INSERT INTO t SETTINGS a = 'FORMAT CSV' FORMAT TSV\nx")?.[1]).toBe('x');
});

test('other statements have no data', () => {
  for (const text of [
    '',
    'SELECT 1 FORMAT CSV',
    'INSERT INTO t SELECT 1 FORMAT CSV',
    "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV",
    'INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x',
    'INSERT INTO t FORMAT CSV;',
    'INSERT INTO t FORMAT CSV ; DROP TABLE t',
    "INSERT INTO 't",
  ]) {
    expect([text, insertHead(Buffer.from(text))]).toEqual([text, undefined]);
  }
});

test('the engine’s rendering is split so that a file can be put in', () => {
  expect(insertStatement('INSERT INTO d.t (a, b) SETTINGS x = 1 FORMAT CSV')).toEqual({
    target: 'INSERT INTO d.t (a, b)',
    settings: ' SETTINGS x = 1',
    format: 'CSV',
  });
  expect(insertStatement('INSERT INTO t SELECT 1 FORMAT CSV')).toBeUndefined();
  expect(insertStatement("INSERT INTO t FROM INFILE 'x' FORMAT CSV")).toBeUndefined();
  expect(insertStatement('SELECT 1 FORMAT CSV')).toBeUndefined();
});

test('VALUES lose their semicolon and nothing else', () => {
  expect(valuesOnly(Buffer.from("(1, ';');\n"))?.toString()).toBe("(1, ';')");
  expect(valuesOnly(Buffer.from('(1)'))?.toString()).toBe('(1)');
  expect(valuesOnly(Buffer.from('(1);(2)'))).toBeUndefined();
});
