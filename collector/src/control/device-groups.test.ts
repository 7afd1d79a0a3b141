import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseGroupRules } from '../enrol/group-rules.ts';
import type { ProcessedRange } from './contract/range-commits.ts';
import type { DeviceNames, GroupRule } from './device-groups.ts';
import { type EnrolmentDesk, openEnrolmentDesk } from './enrolment-desk.ts';
import { receiverOf } from './receiver-of.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';

let folder: string;
let store: SqliteControlStore;
let desk: EnrolmentDesk;
let secret: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-groups-'));
  store = new SqliteControlStore({ path: join(folder, 'control.db') });
  desk = openEnrolmentDesk(folder);
  ({ secret } = store.tokens.create({ uses: 5000, expiresAt: 1e15, group: 'of the token', note: '' }, 1));
});
afterEach(() => {
  desk[Symbol.dispose]();
  store.close();
  rmSync(folder, { recursive: true });
});

const newKey = () =>
  Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string, 'base64url');
const names = (changes: Partial<DeviceNames> = {}): DeviceNames => ({
  hostname: '',
  managementId: '',
  groupTag: '',
  ...changes,
});
const joined = (changes: Partial<DeviceNames> = {}) =>
  store.enrol(newKey(), secret, 5, { names: names(changes) });
const groupOf = (deviceId: string) =>
  desk.devices.list('', 10_000).find((device) => device.deviceId === deviceId)?.group;
const rules = (...all: [GroupRule['kind'], string, string][]) =>
  desk.groups.replaceRules(all.map(([kind, pattern, group]) => ({ kind, pattern, group })));
function reported(deviceId: string, changes: Partial<DeviceNames>): void {
  const nothing = { dirty: [], directives: [], resolved: [], superseded: [] };
  const range = {
    checkpoint: 1,
    ...nothing,
    evidenceProcessed: [],
    undescribedUse: [],
    quarantined: [],
    now: 1,
  };
  store.commitProcessed({ ...range, names: [{ deviceId, names: names(changes) }] } as ProcessedRange);
}

test('the first rule that fits counts, else the group of the token', () => {
  rules(
    ['management-id', 'C02', 'board'],
    ['hostname', 'lab-*', 'laboratory'],
    ['hostname', 'lab-7', 'too late'],
    ['tag', 'finance', 'money'],
  );
  expect(groupOf(joined({ managementId: 'c02', hostname: 'lab-7' }))).toBe('board');
  expect(groupOf(joined({ hostname: 'LAB-7' }))).toBe('laboratory');
  expect(groupOf(joined({ hostname: 'lab-', groupTag: 'finance' }))).toBe('laboratory');
  expect(groupOf(joined({ hostname: 'alab-1', groupTag: 'Finance' }))).toBe('money');
  expect(groupOf(joined({ hostname: 'x' }))).toBe('of the token');
  // Nothing said fits nothing, not even *.
  rules(['hostname', '*', 'named']);
  expect(groupOf(joined())).toBe('of the token');
});

test('a tag alone puts a device nowhere', () => {
  expect(groupOf(joined({ groupTag: 'board' }))).toBe('of the token');
  rules(['tag', 'finance', 'money']);
  expect(groupOf(joined({ groupTag: 'board' }))).toBe('of the token');
});

test('new rules reach devices that joined before and are silent; without rules all is as the tokens said', () => {
  const devices = Array.from({ length: 2_500 }, (_, index) => joined({ hostname: `pc-${index % 2}` }));
  expect(rules(['hostname', 'pc-1', 'odd'])).toBe(1_250);
  expect(devices.slice(0, 2).map(groupOf)).toEqual(['of the token', 'odd']);
  expect(rules(['hostname', 'pc-1', 'odd'])).toBe(0);
  expect(rules()).toBe(1_250);
  expect(groupOf(devices[1] as string)).toBe('of the token');
});

test('a report that says another name or tag changes the group', () => {
  rules(['tag', 'finance', 'money']);
  const device = joined({ hostname: 'pc' });
  reported(device, { hostname: 'pc', groupTag: 'finance' });
  expect(groupOf(device)).toBe('money');
  reported(device, { hostname: 'pc' });
  expect(groupOf(device)).toBe('of the token');
  // Of a device that nobody enrolled here.
  expect(() => reported('ffffffffffffffff', { hostname: 'x' })).not.toThrow();
});

test('the settings of the new group are told without a restart', async () => {
  const device = joined({ hostname: 'pc' });
  const receiver = receiverOf(store);
  const group = () => {
    const [found] = desk.devices.list('', 10).filter(({ deviceId }) => deviceId === device);
    const known = receiver.findKey(found?.keyId as string, Date.now());
    return known && receiver.settingsFor(known, 999_999, Date.now())?.group;
  };
  expect(group()).toBe('of the token');
  rules(['hostname', 'pc', 'elsewhere']);
  await sleep(300);
  expect(group()).toBe('elsewhere');
  reported(device, { hostname: 'other' });
  expect(group()).toBe('of the token');
  await receiver.close();
});

test('rules as CSV and as JSON', () => {
  const expected = [
    { kind: 'management-id', pattern: 'C02,"1"', group: 'board' },
    { kind: 'hostname', pattern: 'lab-*', group: 'Räume 1.2' },
  ];
  const csv =
    '\ufeffkind,pattern,group\r\n# people\r\nmanagement-id,"C02,""1""",board\r\n\r\nhostname, lab-* ,Räume 1.2\n';
  expect(parseGroupRules(csv)).toEqual(expected);
  expect(parseGroupRules(JSON.stringify(expected))).toEqual(expected);
  expect(parseGroupRules('')).toEqual([]);
});

test.each([
  ['hostname,a', /^line 1: has 2 fields/],
  ['hostname,a,b,', /^line 1: has 4 fields/],
  ['hostname,a,b\nip,10.0.0.1,x', /^line 2: the kind is one of/],
  ['hostname,,x', /^line 1: the pattern/],
  ['hostname,a*b,x', /^line 1: \* may only/],
  ['tag,a,-x', /^line 1: a group takes/],
  ['[{"kind":"tag","pattern":1,"group":"x"}]', /^rule 1: the pattern/],
  ['[{', /no JSON/],
  ['hostname,a*,g\n'.repeat(1001), /at most 1000 may/],
])('%j changes nothing and says why', (text, why) => {
  expect(() => parseGroupRules(text)).toThrow(why);
});
