import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { QUARANTINE_REASONS } from '../control/contract/quarantine-reasons.ts';
import { REFUSALS } from './refusals.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../../docs/refusals.md');

/** Rows of the tables below a heading: first cell -> the other cells. */
function rows(heading: string): Map<string, string[]> {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const found = new Map<string, string[]>();
  for (const [, code, rest] of section.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm))
    found.set(code as string, (rest as string).split(' | '));
  return found;
}

describe('docs/refusals.md and the table of refusals say the same', () => {
  const documented = rows('Refused requests');

  test('every code is documented and every documented code exists', () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(REFUSALS).sort());
  });

  test.each(Object.entries(REFUSALS))('%s', (code, { status, permanent, meaning, advice }) => {
    expect(documented.get(code)).toEqual([String(status), permanent ? 'yes' : 'no', meaning, advice]);
  });
});

test('docs/refusals.md explains exactly the reasons for quarantine', () => {
  expect([...rows('Quarantined records').keys()].sort()).toEqual([...QUARANTINE_REASONS].sort());
});

test('only what can succeed later says when to try again', () => {
  for (const { permanent, ...kind } of Object.values(REFUSALS))
    if ('retryAfterSeconds' in kind) expect(permanent).toBe(false);
});
