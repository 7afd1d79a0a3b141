import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CEILING_NAMES, parseCeiling } from './ceiling.ts';

const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
const section = page.split(/^## /m).find((part) => part.startsWith('The ceiling\n')) ?? '';

test('docs/settings.md explains exactly the keys of a ceiling, and its example is one', () => {
  const documented = [...section.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
  expect(documented).toEqual([...CEILING_NAMES]);
  const [, example = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
  expect(Object.keys(parseCeiling(example, 'example'))).toEqual(['tellUsersApart', 'homeFolders', 'roots']);
});
