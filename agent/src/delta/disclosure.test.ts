import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DISCLOSURE } from './disclosure.ts';

const proto = new URL('../../../proto/', import.meta.url);
const OUTGOING = ['Envelope', 'EnrolRequest', 'Report', 'EvidenceBatch'];

/** Message name to its fields' names and types, from the schema's text. */
function readSchema(): Map<string, Map<string, string>> {
  const folder = new URL('fleetmeter/v1/', proto);
  const messages = new Map<string, Map<string, string>>();
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), 'utf8').replace(/\/\/.*$/gm, '');
    for (const [, message, body] of text.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
      const fields = new Map<string, string>();
      for (const [, type, name] of (body as string).matchAll(
        /^\s+(?:optional |repeated )?([\w.]+) (\w+) = \d+;/gm,
      ))
        fields.set(name as string, type as string);
      messages.set(message as string, fields);
    }
  }
  return messages;
}

function reachable(schema: Map<string, Map<string, string>>): string[] {
  const found = new Set(OUTGOING);
  for (const message of found)
    for (const type of schema.get(message)?.values() ?? []) if (schema.has(type)) found.add(type);
  return [...found];
}

test('every field of every message that leaves the device is disclosed with its purpose', () => {
  const schema = readSchema();
  const messages = reachable(schema);
  expect(messages.length).toBeGreaterThan(15);
  for (const message of messages) {
    const fields = [...(schema.get(message)?.keys() ?? [])].sort();
    expect(fields.length, message).toBeGreaterThan(0);
    expect(Object.keys(DISCLOSURE[message] ?? {}).sort(), message).toEqual(fields);
  }
  expect(Object.keys(DISCLOSURE).sort()).toEqual([...messages, 'Evidence'].sort());
});

test('every field of evidence is disclosed with its purpose', () => {
  const source = readFileSync(new URL('src/evidence.ts', proto), 'utf8');
  const fields = [...source.matchAll(/^ {2}\[\d+, '(\w+)', '\w+'\],$/gm)].map(([, name]) => name as string);
  expect(fields).toContain('sha256');
  expect(Object.keys(DISCLOSURE.Evidence ?? {}).sort()).toEqual(fields.sort());
});
