import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type DirectiveFields, encodeIdList, keyIdOf } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DirtyTarget } from './contract/dirty-targets.ts';
import type { ProcessedRange } from './contract/range-commits.ts';
import type { NewToken } from './enrolment-tokens.ts';
import { delivered } from './fixtures/delivered.ts';
import { receiverOf } from './receiver-of.ts';
import type { ReceiverStore } from './receiver-store.ts';
import { SqliteControlStore, type SqliteControlStoreOptions } from './sqlite-control-store.ts';

let folder: string;
let store: SqliteControlStore;
let receiver: ReceiverStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-control-'));
  store = openStore();
  receiver = receiverOf(store);
});
afterEach(async () => {
  await receiver.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const openStore = (options: Partial<SqliteControlStoreOptions> = {}) =>
  new SqliteControlStore({ path: join(folder, 'control.sqlite'), ...options });
function reopen(): void {
  void receiver.close();
  store.close();
  store = openStore();
  receiver = receiverOf(store);
}
const range = (changes: Partial<ProcessedRange> = {}): ProcessedRange => ({
  checkpoint: 1,
  dirty: [],
  directives: [],
  resolved: [],
  superseded: [],
  evidenceProcessed: [],
  undescribedUse: [],
  quarantined: [],
  now: 1000,
  ...changes,
});
const newKey = () =>
  Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string, 'base64url');
const newSecret = (changes: Partial<NewToken> = {}) =>
  store.tokens.create({ uses: 2, expiresAt: 1000, group: 'default', note: '', ...changes }, 1).secret;
const device = '00000000000000aa';
const other = '00000000000000bb';

test('the collector has one id and one user key for ever', () => {
  const { collectorId, userKey } = store;
  expect([collectorId.length, userKey.symmetricKeySize]).toEqual([16, 32]);
  reopen();
  expect(store.collectorId).toEqual(collectorId);
  expect(store.userKey.equals(userKey)).toBe(true);
});

test('every change of a device waits for the tables until they have it, whoever made it', () => {
  const id = store.enrol(newKey(), newSecret({ group: 'labs', ephemeral: true }), 1);
  const [joined] = store.lives.untold(10);
  expect(joined).toMatchObject({
    deviceId: id,
    group: 'labs',
    ephemeral: true,
    revoked: false,
    erased: false,
  });
  const elsewhere = new DatabaseSync(join(folder, 'control.sqlite'));
  elsewhere.prepare('UPDATE devices SET revoked_at = 5 WHERE device_id = ?').run(id);
  elsewhere.close();
  // What was read before it must not count as told.
  store.lives.told(joined?.change as number);
  const [revoked] = store.lives.untold(10);
  expect(revoked).toMatchObject({ deviceId: id, revoked: true });
  reopen();
  expect(store.lives.untold(10)).toHaveLength(1);
  store.lives.told(revoked?.change as number);
  expect(store.lives.untold(10)).toEqual([]);
});

test('other devices count: the inventory is marked once, also over a restart', () => {
  store.markCountedDevices('2 abc', 1);
  const [mark] = store.dirtyMarks();
  expect(mark?.target).toEqual({ kind: 'inventory' });
  store.markCountedDevices('3 abd', 2);
  expect(store.dirtyMarks()).toEqual([mark]);
  store.clearDirty({ kind: 'inventory' }, mark?.generation as number);
  reopen();
  store.markCountedDevices('3 abd', 3);
  expect(store.dirtyMarks()).toEqual([]);
  store.markCountedDevices('2 abc', 4);
  expect(store.dirtyMarks()).toHaveLength(1);
});

test('a key gets one device id however often it enrols, also after a restart', () => {
  const key = newKey();
  const secret = newSecret();
  const deviceId = store.enrol(key, secret, 1);
  expect(deviceId).toMatch(/^[0-9a-f]{16}$/);
  // Who is known needs no secret.
  expect(store.enrol(key, '', 2)).toBe(deviceId);
  reopen();
  expect(store.enrol(key, '', 3)).toBe(deviceId);
  expect(store.enrol(newKey(), secret, 4)).not.toBe(deviceId);
  expect(store.deviceCount()).toBe(2);
  expect(receiver.findKey(keyIdOf(key), 1)).toMatchObject({ deviceId });
  expect(receiver.findKey('0000000000000000', 1)).toBeUndefined();
});

test('an epoch gets one number, tied to its parent only within the same device', () => {
  const [first, child] = [randomBytes(16), randomBytes(16)];
  const opened = store.epochs.open(device, first, undefined, 5);
  expect(opened).toMatchObject({ epochNo: 1, created: true, openedAt: 5 });
  expect(store.epochs.open(device, first, undefined, 9)).toMatchObject({
    epochNo: 1,
    created: false,
    openedAt: 5,
  });
  expect(store.epochs.open(device, child, first, 6)).toMatchObject({ epochNo: 2, parentEpochNo: 1 });
  expect(store.epochs.open(other, first, child, 7)).toMatchObject({ epochNo: 3, parentEpochNo: undefined });
  reopen();
  expect(store.epochs.open(device, child, first, 8)).toMatchObject({
    epochNo: 2,
    parentEpochNo: 1,
    created: false,
  });
});

test('executables keep their numbers, also ids above 2^63, duplicates in one call, and after a restart', () => {
  const ids = encodeIdList(['0000000000000001', '8000000000000001', 'ffffffffffffffff']);
  expect(store.internExecutables(ids)).toEqual({ numbers: Uint32Array.of(1, 2, 3), created: [0, 1, 2] });
  const twice = Buffer.concat([encodeIdList(['00000000000000ff']), encodeIdList(['00000000000000ff']), ids]);
  expect(store.internExecutables(twice)).toEqual({ numbers: Uint32Array.of(4, 4, 1, 2, 3), created: [0] });
  reopen();
  expect(store.internExecutables(twice)).toEqual({ numbers: Uint32Array.of(4, 4, 1, 2, 3), created: [] });
  expect(store.executableCount()).toBe(4);
});

test('300,000 ids keep distinct numbers while the table grows', () => {
  const ids = randomBytes(8 * 300_000);
  const { numbers } = store.internExecutables(ids);
  expect(new Set(numbers).size).toBe(300_000);
  reopen();
  expect(store.internExecutables(ids).numbers).toEqual(numbers);
});

test('an allocation that cannot be committed is forgotten, and its numbers go to the next one', () => {
  store.internExecutables(encodeIdList(['0000000000000001']));
  const saboteur = new DatabaseSync(join(folder, 'control.sqlite'));
  saboteur.exec(
    `CREATE TRIGGER full BEFORE INSERT ON executable_numbers BEGIN SELECT raise(ABORT, 'no space'); END`,
  );
  expect(() => store.internExecutables(encodeIdList(['0000000000000002']))).toThrow('no space');
  expect(store.executableCount()).toBe(1);
  saboteur.exec('DROP TRIGGER full');
  saboteur.close();
  expect(store.internExecutables(encodeIdList(['0000000000000003'])).numbers).toEqual(Uint32Array.of(2));
});

test('evidence is missing until it was processed, and wanted from at most three devices', () => {
  const [a, b] = ['000000000000000a', 'f00000000000000b'];
  expect(store.withoutEvidence(encodeIdList([a, b]))).toEqual([a, b]);
  expect(store.withoutEvidence(encodeIdList([a, b]), 1)).toEqual([a]);
  const devices = Array.from({ length: 10 }, (_, index) => index.toString(16).padStart(16, '0'));
  const [executableNo = 0] = store.internExecutables(encodeIdList([b])).numbers;
  expect(store.hasEnoughHolders(executableNo)).toBe(false);
  store.wantEvidence(devices.map((deviceId) => ({ executableId: b, executableNo, deviceId })));
  expect(store.hasEnoughHolders(executableNo)).toBe(true);
  const holders = devices.filter((deviceId) => receiver.evidenceWantedFrom(deviceId, 9).length > 0);
  expect(holders.length).toBe(3);
  expect(receiver.evidenceWantedFrom(holders[0] as string, 9)).toEqual([{ executableId: b, executableNo }]);
  store.commitProcessed(range({ evidenceProcessed: [b] }));
  expect(store.hasEnoughHolders(executableNo)).toBe(false);
  expect(receiver.evidenceWantedFrom(devices[0] as string, 9)).toEqual([]);
  expect(store.withoutEvidence(encodeIdList([a, b]))).toEqual([a]);
  reopen();
  expect(store.withoutEvidence(encodeIdList([a, b]))).toEqual([a]);
});

test('a range is committed whole or not at all', () => {
  const quarantined = [
    {
      reason: 'record-undecodable',
      detail: '',
      deviceId: device,
      offset: 5,
      sequence: 0,
      kind: 'report',
      epochNo: 0,
    },
  ];
  const broken = { ...quarantined[0], bytes: new Uint8Array(1), at: undefined as unknown as number };
  expect(() =>
    store.commitProcessed(
      range({
        checkpoint: 9,
        dirty: [{ kind: 'inventory' }],
        evidenceProcessed: ['000000000000000a'],
        quarantined: [broken as ProcessedRange['quarantined'][number]],
      }),
    ),
  ).toThrow();
  expect(store.checkpoint()).toBe(0);
  expect(store.dirtyMarks()).toEqual([]);
  expect(store.executableCount()).toBe(0);
  expect(store.withoutEvidence(encodeIdList(['000000000000000a']))).toEqual(['000000000000000a']);
});

test('the checkpoint never goes back', () => {
  store.commitProcessed(range({ checkpoint: 10 }));
  store.commitProcessed(range({ checkpoint: 7 }));
  expect(store.checkpoint()).toBe(10);
});

test('a directive replaces the older one of its kind; resync stays until the inventory came right', () => {
  const epoch = randomBytes(16);
  const resync = (sequence: number, of = epoch) => ({ epoch: of, sequence, resync: {} });
  store.commitProcessed(
    range({
      directives: [
        { deviceId: device, directive: resync(3) },
        { deviceId: device, directive: { sequence: 3, resendUsage: { sinceDay: 20_000 } } },
      ],
    }),
  );
  store.commitProcessed(range({ directives: [{ deviceId: device, directive: resync(4) }] }));
  reopen();
  const waiting = store.directivesFor(device, epoch);
  expect(waiting.map((directive) => [directive.action, directive.sequence])).toEqual([
    ['resendUsage', 3],
    ['resync', 4],
  ]);
  delivered(store, device, waiting[0] as DirectiveFields);
  store.commitProcessed(range({ resolved: [{ deviceId: device, epochId: epoch, action: 'resync' }] }));
  expect(store.directivesFor(device, epoch)).toEqual([]);
});

test('of what is asked of one epoch only its sender hears, and the first request for a new epoch stays', () => {
  const [mine, theirs] = [randomBytes(16), randomBytes(16)];
  const open = (epoch: Uint8Array, sequence: number) => ({ epoch, sequence, openEpoch: {} });
  for (const directive of [open(mine, 7), open(theirs, 3), open(mine, 9)])
    store.commitProcessed(range({ directives: [{ deviceId: device, directive }] }));
  const heard = (epoch: Uint8Array | undefined) =>
    store.directivesFor(device, epoch).map(({ sequence }) => sequence);
  expect([heard(mine), heard(theirs), heard(undefined)]).toEqual([[7], [3], []]);
  store.commitProcessed(range({ resolved: [{ deviceId: device, epochId: mine, action: 'resync' }] }));
  expect(heard(mine)).toEqual([7]);
  store.commitProcessed(range({ now: 1000 + 8 * 86_400_000 }));
  expect([heard(mine), heard(theirs)]).toEqual([[], []]);
});

test('a proven copy takes its epoch and what was opened from it to a new device', () => {
  const [first, copied, child, grandchild] = [1, 2, 3, 4].map((n) => new Uint8Array(16).fill(n)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  store.epochs.open(device, first, undefined, 1);
  const copy = store.epochs.open(device, copied, first, 2);
  store.epochs.open(device, child, copied, 3);
  const speech = { epochNo: 1, sequence: 8, at: 900, newestEpochNo: 3, firstSequence: 7 };
  store.commitProcessed(range({ superseded: [speech] }));
  expect(store.epochs.superseded(device)).toEqual([speech]);
  const dirty: DirtyTarget[] = [{ kind: 'usage-day', day: 20_000 }];
  const split = { epochNo: copy.epochNo, senderDeviceId: device, sequence: 5, dirty, now: 1000 };
  const { deviceId, moved } = store.epochs.split(split);
  reopen();
  expect(deviceId).not.toBe(device);
  expect(moved.map(({ epochNo, moves }) => [epochNo, moves])).toEqual([
    [2, 1],
    [3, 1],
  ]);
  expect([first, copied, child].map((id) => store.epochs.open(device, id, undefined, 4).deviceId)).toEqual([
    device,
    deviceId,
    deviceId,
  ]);
  // Opened by the copy before it heard of the split, and by what it became.
  expect(store.epochs.open(device, grandchild, child, 5).deviceId).toBe(deviceId);
  expect(store.epochs.open(deviceId, grandchild, child, 6)).toMatchObject({ deviceId, parentEpochNo: 3 });
  expect(store.epochs.newest(device)).toBe(1);
  expect(store.dirtyMarks().map(({ target }) => target)).toEqual(dirty);
  const [ticket] = store.directivesFor(device, child);
  expect(ticket?.split?.ticket).toHaveLength(32);
  expect(store.directivesFor(device, first)).toEqual([]);
  expect(store.epochs.splitDevices(9)).toEqual([
    { originalDeviceId: device, deviceId, provenAt: 1000, joinedAt: undefined },
  ]);
});

test('a request for usage joins the one that waits', () => {
  const ask = (resendUsage: object, sequence: number) =>
    range({ directives: [{ deviceId: device, directive: { sequence, resendUsage } }] });
  store.commitProcessed(ask({ afterSequence: 7 }, 9));
  store.commitProcessed(ask({ days: [20_000] }, 10));
  reopen();
  expect(
    store.directivesFor(device, undefined).map(({ sequence, resendUsage }) => [sequence, resendUsage]),
  ).toMatchObject([[10, { afterSequence: 7, days: [20_000] }]]);
});

test('a mark that was set again is not cleared by work that began before', () => {
  store.markDirty([{ kind: 'usage-day', day: 20_000 }, { kind: 'inventory' }], 5);
  const [mark] = store.dirtyMarks();
  if (!mark) throw new Error('no mark');
  store.markDirty([mark.target], 9);
  store.clearDirty(mark.target, mark.generation);
  const again = store.dirtyMarks().find((one) => one.target.kind === mark.target.kind);
  expect(again).toMatchObject({ since: 5 });
  store.clearDirty(mark.target, again?.generation ?? 0);
  store.markDirty([mark.target], 11);
  store.clearDirty(mark.target, again?.generation ?? 0);
  expect(store.dirtyMarks().length).toBe(2);
});

test('quarantine keeps the newest within its bounds and counts what it dropped', () => {
  store.close();
  store = openStore({ quarantine: { maxRecords: 5, maxBytes: 1000, maxRecordBytes: 50 } });
  const records = Array.from({ length: 8 }, (_, index) => ({
    reason: index % 2 ? ('coverage-out-of-range' as const) : ('record-undecodable' as const),
    detail: `number ${index}`,
    deviceId: device,
    ...{ kind: 'report' as const, epochNo: 0, offset: index + 1, sequence: index },
    bytes: randomBytes(80),
    at: 1000 + index,
  }));
  store.commitProcessed(range({ checkpoint: 8, quarantined: records }));
  expect(store.quarantineDropped()['shelf-full']).toBe(3);
  expect(store.quarantinedFrom(device, 2).map((record) => record.sequence)).toEqual([7, 6]);
  expect(store.quarantinedFrom(device, 1)[0]).toMatchObject({
    detail: 'number 7 (first 50 of 80 bytes kept)',
  });
  expect(store.quarantineCounts().reduce((sum, { count }) => sum + count, 0)).toBe(5);
  // The same range from a second owner by mistake.
  store.commitProcessed(range({ checkpoint: 8, quarantined: records }));
  expect(store.quarantineDropped()['shelf-full']).toBe(3);
});

test("a device that sends nothing else pushes out its own records, settled ones first, and nobody else's", () => {
  store.close();
  store = openStore({ quarantine: { maxRecords: 100, maxRecordsOfDevice: 3 } });
  const other = 'ffffffffffffffff';
  const usage = (deviceId: string, offset: number) => ({
    ...{ reason: 'usage-day-out-of-window' as const, detail: '', kind: 'usage' as const, deviceId, offset },
    ...{ epochNo: 0, sequence: 1, bytes: new Uint8Array(9).fill(offset), at: offset },
    concern: { day: 20_000 + offset, executableNo: 7 },
  });
  store.commitProcessed(range({ checkpoint: 1, quarantined: [usage(other, 1)] }));
  const rogue = Array.from({ length: 10 }, (_, index) => usage(device, index + 2));
  store.commitProcessed(range({ checkpoint: 11, quarantined: rogue }));
  expect(store.quarantineDropped()).toEqual({ 'shelf-full': 0, 'device-bound': 7, 'aged-out': 0 });
  const kept = store.quarantine.list({}, { limit: 99 });
  expect(kept.map(({ number, deviceId }) => [number, deviceId])).toEqual(
    [1, 9, 10, 11].map((offset) => [offset, offset === 1 ? other : device]),
  );
  // Nothing holds the days of those that went any more.
  expect(store.dirtyMarks().map(({ target }) => target)).toEqual(
    [2, 3, 4, 5, 6, 7, 8].map((offset) => ({ kind: 'usage-day', day: 20_000 + offset })),
  );
});

test('a record is told by the agent version that made it, or that its device named last', () => {
  const secret = store.tokens.create({ uses: 1, expiresAt: 10, group: 'default', note: '' }, 1).secret;
  const deviceId = store.enrol(randomBytes(32), secret, 2);
  const aside = (offset: number, agentVersion?: string) => ({
    ...{ reason: 'coverage-out-of-range' as const, detail: '', kind: 'coverage' as const, deviceId, offset },
    ...{ epochNo: 1, sequence: 1, bytes: new Uint8Array(9).fill(offset), at: offset, agentVersion },
  });
  store.commitProcessed(range({ checkpoint: 1, agentVersions: [{ deviceId, version: '1.4.0' }] }));
  store.commitProcessed(range({ checkpoint: 3, quarantined: [aside(2), aside(3, '1.3.9')] }));
  const versions = store.quarantinedFrom(deviceId, 9).map(({ agentVersion }) => agentVersion);
  expect(versions).toEqual(['1.3.9', '1.4.0']);
});

test('a record that comes again is known, whatever became of it; another run of the same, or an inventory, is not', async () => {
  const usage = (offset: number, more: Partial<ProcessedRange['quarantined'][number]> = {}) => ({
    ...{
      reason: 'usage-seconds-out-of-range' as const,
      detail: '',
      kind: 'usage' as const,
      deviceId: device,
      offset,
    },
    ...{ epochNo: 1, sequence: offset, at: offset, run: new Uint8Array(8), user: new Uint8Array(16) },
    // Its report gave the run another index.
    ...{ bytes: new Uint8Array([offset]), plainBytes: new Uint8Array([1]) },
    ...more,
  });
  store.commitProcessed(range({ checkpoint: 2, quarantined: [usage(1), usage(2)] }));
  const numbers = () => store.quarantinedFrom(device, 9).map(({ number }) => number);
  expect([numbers(), store.quarantineRepeated()]).toEqual([[1], 1]);
  await store.quarantine.decide({ action: 'discard', filter: {}, reason: 'x', by: 'ada', now: 3 });
  const [record] = store.decidedQuarantine(9);
  if (!record) throw new Error('nothing was decided');
  store.commitReplay(range({ checkpoint: 2 }), [{ record, outcome: 'discarded', detail: '' }]);
  store.commitProcessed(range({ checkpoint: 3, quarantined: [usage(3)] }));
  expect([numbers(), store.quarantineCounts()]).toEqual([[1], []]);
  const inventory = { kind: 'inventory' as const, run: undefined, user: undefined };
  const others = [usage(4, { run: new Uint8Array(8).fill(1) }), usage(5, inventory), usage(6, inventory)];
  store.commitProcessed(range({ checkpoint: 6, quarantined: others }));
  expect([numbers().length, store.quarantineRepeated()]).toEqual([4, 2]);
});

test('days of use of an undescribed executable are known until it is described', () => {
  const ids = encodeIdList(['00000000000000a1', '00000000000000a2']);
  const [first = 0, second = 0] = store.internExecutables(ids).numbers;
  const undescribedUse = [
    { executableNo: first, day: 7 },
    { executableNo: first, day: 8 },
    { executableNo: second, day: 8 },
  ];
  store.commitProcessed(range({ undescribedUse }));
  expect(store.daysOfUndescribedUse([first, second]).sort()).toEqual([7, 8]);
  store.commitProcessed(range({ evidenceProcessed: ['00000000000000a1'] }));
  expect(store.daysOfUndescribedUse([first])).toEqual([]);
  expect(store.daysOfUndescribedUse([first, second])).toEqual([8]);
});

test('numbers of a range that fails are given out again', () => {
  const ids = encodeIdList(['00000000000000b1']);
  const epoch = () => store.epochs.open('00000000000000aa', new Uint8Array(16).fill(9), undefined, 1);
  expect(() =>
    store.allocating(() => {
      epoch();
      store.internExecutables(ids);
      throw new Error('the disk is full');
    }),
  ).toThrow('the disk is full');
  expect(store.executableCount()).toBe(0);
  expect(store.allocating(() => [epoch().created, [...store.internExecutables(ids).numbers]])).toEqual([
    true,
    [1],
  ]);
});

test('evidence that was lost is missing and wanted again, also after a restart, until it is processed anew', () => {
  const ids = ['000000000000000a', '000000000000000b'];
  const numbers = store.internExecutables(encodeIdList(ids)).numbers;
  store.commitProcessed(range({ evidenceProcessed: ids }));
  const lost = numbers[1] as number;
  store.evidenceLost([lost], [{ executableNo: lost, deviceId: device }]);
  for (const _ of [1, 2]) {
    expect(store.undescribed(numbers)).toEqual([1]);
    expect(receiver.evidenceWantedFrom(device, 9)).toEqual([{ executableId: ids[1], executableNo: 2 }]);
    reopen();
  }
  store.commitProcessed(range({ evidenceProcessed: ids }));
  reopen();
  expect(store.undescribed(numbers)).toEqual([]);
  expect(receiver.evidenceWantedFrom(device, 9)).toEqual([]);
});
