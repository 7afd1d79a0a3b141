import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyIdOf } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApprovalFault, NotApprovedError } from './admission.ts';
import { openControlDatabase } from './control-database.ts';
import { type EnrolmentDesk, openEnrolmentDesk } from './enrolment-desk.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';
import { WaitingDevices } from './waiting-devices.ts';

const DAY_MS = 86_400_000;
let folder: string;
let store: SqliteControlStore;
let desk: EnrolmentDesk;
let secret: string;
let tokenId: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-waiting-'));
  store = new SqliteControlStore({ path: join(folder, 'control.db') });
  desk = openEnrolmentDesk(folder);
  const token = { uses: 2, expiresAt: 1e15, group: 'guests', note: '', approve: true };
  ({ secret, tokenId } = desk.tokens.create(token, 1));
});
afterEach(() => {
  desk[Symbol.dispose]();
  store.close();
  rmSync(folder, { recursive: true });
});

const newKey = () =>
  Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string, 'base64url');
const names = { hostname: 'visitor', managementId: '', groupTag: '' };
function faultOf(key: Uint8Array, now = 5): ApprovalFault | undefined {
  try {
    store.enrol(key, secret, now, { names });
  } catch (error) {
    if (error instanceof NotApprovedError) return error.fault;
    throw error;
  }
  return undefined;
}

test('a device waits, is shown, and joins when it asks after it was let in; its token counts it then', () => {
  const key = newKey();
  for (let time = 0; time < 3; time++) expect(faultOf(key)).toBe('awaiting-approval');
  expect(desk.waiting.list()).toMatchObject([
    { keyId: keyIdOf(key), tokenId, hostname: 'visitor', askedAt: 5, decision: undefined },
  ]);
  expect(store.deviceCount()).toBe(0);
  expect(desk.tokens.list()[0]).toMatchObject({ used: 0, approve: true });
  expect(desk.waiting.decide(keyIdOf(key), 'approved')).toBe(true);
  expect(desk.waiting.decide(keyIdOf(key), 'approved')).toBe(false);
  expect(faultOf(key)).toBeUndefined();
  expect(desk.waiting.list()).toEqual([]);
  expect(desk.tokens.list()[0]?.used).toBe(1);
  expect(desk.devices.list('', 10)).toMatchObject([{ keyId: keyIdOf(key), group: 'guests', tokenId }]);
  // Known from now on.
  expect(faultOf(key)).toBeUndefined();
});

test('a rejected device stays out until it is approved; nobody else is concerned', () => {
  const [bad, good] = [newKey(), newKey()];
  faultOf(bad);
  faultOf(good);
  desk.waiting.decide(keyIdOf(bad), 'rejected');
  expect(desk.waiting.decideAll('approved')).toBe(1);
  expect(faultOf(bad)).toBe('join-rejected');
  expect(faultOf(good)).toBeUndefined();
  desk.waiting.decide(keyIdOf(bad), 'approved');
  expect(faultOf(bad)).toBeUndefined();
});

test('what keeps an approved device out for another reason leaves it approved', () => {
  const key = newKey();
  faultOf(key);
  desk.waiting.decideAll('approved');
  const admit = () => {
    throw new Error('not now');
  };
  expect(() => store.enrol(key, secret, 6, { names, admit })).toThrow('not now');
  expect(desk.tokens.list()[0]?.used).toBe(0);
  expect(faultOf(key)).toBeUndefined();
});

test('only so many wait, and whoever has not asked for a week makes room', () => {
  const database = openControlDatabase(join(folder, 'control.db'));
  const waiting = new WaitingDevices(database, 2);
  expect(waiting.ask('a', tokenId, names, 1)).toBe('waits');
  expect(waiting.ask('b', tokenId, names, 1)).toBe('waits');
  expect(waiting.ask('c', tokenId, names, 2)).toBe('full');
  expect(waiting.ask('a', tokenId, names, 6 * DAY_MS)).toBe('waits');
  expect(waiting.ask('c', tokenId, names, 6 * DAY_MS)).toBe('full');
  expect(waiting.ask('c', tokenId, names, 8 * DAY_MS)).toBe('waits');
  expect(waiting.list().map(({ keyId }) => keyId)).toEqual(['a', 'c']);
  database.close();
});
