import { readFileSync } from 'node:fs';

/**
 * Statements of a corpus file: one a line, or a JSON string where it needs unusual characters. `##` begins a
 * group's title; `{{name}}` is replaced by the value of that name.
 */
export function statementCorpus(name: string, values: Record<string, string> = {}): string[] {
  const text = readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('##'))
    .map((line) => (line.startsWith('"') ? (JSON.parse(line) as string) : line))
    .map((statement) => withValues(statement, values));
}

export function withValues(statement: string, values: Readonly<Record<string, string>>): string {
  return statement.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole);
}
