import { describe, expect, test } from 'vitest';
import { canonicalStatement } from './canonical-statement.ts';
import { readerSettings } from './reader-settings.ts';
import { statementVerdict } from './statement-verdict.ts';
import { syntaxTree } from './syntax-tree.ts';
import { syntaxRefusal } from './syntax-verdict.ts';

const select = (...body: string[]) =>
  [
    'SelectWithUnionQuery (children 1)',
    ' ExpressionList (children 1)',
    '  SelectQuery (children 1)',
    ...body,
  ].join('\n');
const functions = new Set(['file', 'lower', 'hostname', 'arraymap']);

describe('the verdict over a syntax tree', () => {
  test('lines that are no tree are refused', () => {
    expect(syntaxTree('A\n  B')).toBeUndefined();
    expect(syntaxTree('A\nB')).toBeUndefined();
    expect(syntaxTree('A\n B (children 0)\n C')?.children.map((child) => child.kind)).toEqual(['B', 'C']);
  });

  test('a kind of node nobody has thought about is refused', () => {
    expect(syntaxRefusal(select('   BrandNewNode'), functions)).toContain('BrandNewNode');
    expect(syntaxRefusal('DropQuery', functions)).toContain('DropQuery');
    expect(syntaxRefusal(`${select()}\n Set`, functions)).toContain('clause after the SELECT');
  });

  test('a bare name of a forbidden function is refused, of a column or an argumentless function is not', () => {
    const named = (name: string) => syntaxRefusal(select(`   Identifier ${name}`), functions);
    expect(named('file')).toContain('file');
    expect(named('FILE (alias x)')).toContain('file');
    expect(named('v.file')).toBeUndefined();
    expect(named('hostname')).toBeUndefined();
    expect(named('lower')).toBeUndefined();
    expect(named('anything')).toBeUndefined();
  });

  test('an alias cannot make a name look like another', () => {
    const table = (name: string) => syntaxRefusal(select(`   TableIdentifier ${name}`), functions);
    expect(table('v (alias fleetmeter_facts)')).toBeUndefined();
    expect(table('fleetmeter_facts.t (alias fleetmeter.v)')).toContain('fleetmeter_facts');
    expect(table('v (alias x.t')).toContain('cannot be told apart');
    expect(table('a.b.c')).toContain('cannot be told apart');
    expect(table('/etc/passwd')).toContain('cannot be told apart');
    expect(table('system.tables ')).toBeDefined();
  });
});

describe('the verdict over the text', () => {
  const reason = (text: string) => {
    const verdict = canonicalStatement(text);
    return verdict.allowed ? undefined : verdict.reason;
  };

  test('comments, heredocs, semicolons, escapes in names and unusual bytes are refused', () => {
    for (const text of [
      'SELECT 1 -- x',
      'SELECT /* x */ 1',
      'SELECT $$x$$',
      'SELECT 1; SELECT 2',
      'SELECT `a\\nb`',
      'SELECT\n1',
      'SELECT ‘x’',
      "SELECT 'x",
      'SELECT "a"',
      '',
      "SELECT 1 INTO OUTFILE 'x'",
    ]) {
      expect([text, reason(text)]).not.toEqual([text, undefined]);
    }
    expect(reason("SELECT 'any ; -- thing\\' /*', `a b`")).toBeUndefined();
  });

  test('calls are found although they stand in no syntax tree', () => {
    const verdict = canonicalStatement('SELECT * APPLY x -> file(x), `f g`(1), a IN (1) FROM t');
    expect(verdict.allowed && verdict.statement.calls).toEqual(['file', 'f g']);
    if (!verdict.allowed) return;
    expect(statementVerdict(verdict.statement, new Map())).toMatchObject({ kind: 'refused' });
  });
});

test('settings of readers are a list, and values on it have a shape', () => {
  const judge = (...sent: [string, string][]) => readerSettings(new Map(sent));
  expect(judge(['max_threads', '1'])).toEqual({ allowed: false, name: 'max_threads' });
  expect(judge(['readonly', '0'])).toEqual({ allowed: false, name: 'readonly' });
  expect(judge(['output_format_write_statistics', "0' , readonly = '0"])).toMatchObject({ allowed: false });
  expect(judge(['aggregate_function_input_format', 'state'])).toMatchObject({ allowed: false });
  expect(judge(['enable_http_compression', '1'], ['extremes', '1'])).toEqual({
    allowed: true,
    settings: new Map([
      ['aggregate_function_input_format', 'value'],
      ['extremes', '1'],
    ]),
  });
});

test('long and odd texts are judged in a time that grows with their length only', () => {
  const long = 250_000;
  const aliases = ' (alias'.repeat(long / 7);
  const began = performance.now();
  for (const text of [
    '{'.repeat(long),
    `SELECT ${'{a:Int8}, '.repeat(long / 10)}1`,
    `SELECT ${'(('.repeat(long / 2)}`,
    `SELECT '${"\\'".repeat(long / 2)}`,
    `SELECT ${'`a` '.repeat(long / 4)}`,
    `SELECT ${'$'.repeat(long)}`,
  ]) {
    canonicalStatement(text);
  }
  for (const line of [
    `Identifier x${aliases}`,
    `TableIdentifier x${aliases}`,
    `Function x${aliases}`,
    `Function ${'if'.repeat(long / 2)}`,
  ]) {
    syntaxRefusal(select(`   ${line}`), functions);
  }
  expect(performance.now() - began).toBeLessThan(2_000);
});
