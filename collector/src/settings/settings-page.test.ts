import { readFileSync } from 'node:fs';
import { FLEET_SETTINGS, type FleetSettingRule } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { DEFAULT_RINGS } from '../control/settings-rollout.ts';
import { ringsText } from './settings-difference.ts';
import { DOCUMENT_KEYS, GROUP_KEYS, parseSettingsDocument, RING_KEYS } from './settings-document.ts';

const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');

/** Rows of the table below a heading, by first cell. */
function rows(heading: string): [string, string[]][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name, rest]) => [
    name as string,
    (rest as string).split(' | '),
  ]);
}

function acceptedBy(rule: FleetSettingRule): string {
  return rule.kind === 'whole number' ? `whole number from ${rule.least} to ${rule.most}` : rule.kind;
}

test('docs/settings.md explains exactly the settings there are, with their bounds', () => {
  const known = Object.entries(FLEET_SETTINGS).map(([name, rule]) => [
    name,
    [acceptedBy(rule), rule.meaning],
  ]);
  expect(rows('Settings')).toEqual(known);
});

test('docs/settings.md explains exactly the keys of a document, and the rings that count when none are said', () => {
  expect(rows('Keys of the document').map(([name, [place]]) => `${place} ${name}`)).toEqual([
    ...DOCUMENT_KEYS.map((key) => `document ${key}`),
    ...GROUP_KEYS.map((key) => `group ${key}`),
    ...RING_KEYS.map((key) => `ring ${key}`),
  ]);
  expect(ringsText(DEFAULT_RINGS)).toBe('1 % at once, 10 % after 60 min, 100 % after 1440 min');
  expect(page).toContain('1 % at once, 10 % after 60 minutes, 100 % after 1440');
});

test('the document in docs/settings.md can be applied', () => {
  const [, example = ''] = /```json\n(\{\n {2}"groups"[\s\S]*?)```/.exec(page) ?? [];
  expect(parseSettingsDocument(example, 'example').map(({ group }) => group)).toEqual(['finance', 'default']);
});

test('meanings begin with a capital and end without a full stop', () => {
  for (const { meaning } of Object.values(FLEET_SETTINGS)) expect(meaning).toMatch(/^[A-Z].{10,}[^.]$/);
});
