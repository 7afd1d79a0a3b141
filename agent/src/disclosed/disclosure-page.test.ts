import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DISCLOSURE } from '../delta/disclosure.ts';
import { agentStore } from '../store/agent-store.ts';
import { DETAIL_DAYS, MOST_DAYS, MOST_MESSAGES } from '../store/disclosed-table.ts';
import { openTransientState } from '../store/state-database.ts';
import { COLLECTOR_DEFAULTS, keptFor } from './kept-for.ts';
import { NEVER_SENT } from './never-sent.ts';
import type { Disclosed } from './read-disclosed.ts';
import { deviceView, ownView } from './shown-views.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const page = read('disclosure.md');
const section = (title: string): string =>
  page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

test('docs/disclosure.md lists exactly the fields that may leave, with their purposes', () => {
  const parts = section('Every field').split(/^### /m).slice(1);
  const documented = parts.map((part) => [
    /^`(\w+)`/.exec(part)?.[1],
    [...part.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, name, purpose]) => [name, purpose]),
  ]);
  expect(documented).toEqual(
    Object.entries(DISCLOSURE).map(([message, fields]) => [message, Object.entries(fields)]),
  );
});

test('what is never sent is the same on the page and in the answer', () => {
  const listed = [...section('Never sent').matchAll(/^- (.+)$/gm)].map(([, each]) => each);
  expect(listed).toEqual([...NEVER_SENT]);
});

test('the page has every key of the JSON, and says the bounds that are in force', () => {
  const table = agentStore(openTransientState()).disclosed;
  const facts = {
    ...{ written_at: '', agent_version: '', device_id: null, collector: '', ledger_since: '' },
    ...{ collects: { usage: true, users_told_apart: true, times_of_day: [], homes: true, paused: false } },
    ...{ ceiling: { file: '', says: {}, fault: null }, told_of_device: {}, lost_messages: 0 },
    ...{ dropped_use_rows: 0, users_without_file: 0 },
  };
  const all: Disclosed = {
    device: { ...deviceView(table, facts, []), fields: [] },
    own: ownView(table, { uid: 1, user: '' }, () => undefined, 0),
    ...{ own_missing: null, kept_note: '', never_sent: [], forbidden: [] },
  };
  const under = (name: 'device' | 'own') => [
    name,
    ...Object.keys(all[name] ?? {}).map((each) => `${name}.${each}`),
  ];
  const rest = Object.keys(all).filter((name) => name !== 'device' && name !== 'own');
  const documented = [...section('`--json`').matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual([...under('device'), ...under('own'), ...rest].sort());
  const kept = section('How long it is kept');
  expect(kept).toContain(`single messages for ${DETAIL_DAYS} days`);
  expect(kept).toContain(`at most ${MOST_MESSAGES.toLocaleString('en')}`);
  expect(kept).toContain(`of ${MOST_DAYS} days how many messages`);
});

test('how long a collector keeps things is what its own page has as defaults', () => {
  const rows = [...read('retention.md').matchAll(/^\| .+ \| `(\w+)` \| (.+?) \| .+ \|$/gm)];
  expect(Object.fromEntries(rows.map(([, setting, standard]) => [setting, standard]))).toEqual(
    COLLECTOR_DEFAULTS,
  );
  const kept = section('How long it is kept');
  for (const [setting, standard] of Object.entries(COLLECTOR_DEFAULTS))
    expect(kept).toMatch(new RegExp(`${standard}.*\\(\`${setting}\`\\)`));
  for (const [message, fields] of Object.entries(DISCLOSURE))
    for (const field of Object.keys(fields))
      expect(keptFor(`${message}.${field}`)).toMatch(/\d+ (?:days|months)|erased|not kept/);
});
