import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyIdOf } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeyUnknownError } from './device-registry.ts';
import { openEnrolmentDesk } from './enrolment-desk.ts';
import { DeviceRevokedError, KeyReplacedError } from './known-keys.ts';
import { receiverOf } from './receiver-of.ts';
import type { ReceiverStore } from './receiver-store.ts';
import { KEY_FAREWELL_MS, KEY_OVERLAP_MS, REPLACED_KEYS_KEPT } from './replaced-keys.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';

let folder: string;
let store: SqliteControlStore;
let receiver: ReceiverStore;
let secret: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-keys-'));
  open();
  ({ secret } = store.tokens.create({ uses: 5, expiresAt: 1e15, group: 'default', note: '' }, 1));
});
afterEach(async () => {
  await receiver.close();
  store.close();
  rmSync(folder, { recursive: true });
});

function open(): void {
  store = new SqliteControlStore({ path: join(folder, 'control.db') });
  receiver = receiverOf(store);
}
/** What is only in memory is gone. */
function reopen(): void {
  void receiver.close();
  store.close();
  open();
}

const NOW = 1_800_000_000_000;
const newKey = () =>
  Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string, 'base64url');
const find = (key: Uint8Array, now: number) => receiver.findKey(keyIdOf(key), now)?.deviceId;

test('the device stays itself, and for a while both keys speak for it, also after a restart', () => {
  const [old, next] = [newKey(), newKey()];
  const deviceId = store.enrol(old, secret, NOW);
  expect(store.replaceKey(old, next, NOW)).toBe(deviceId);
  const last = NOW + KEY_OVERLAP_MS - 1;
  for (let start = 0; start < 2; start++, reopen()) {
    expect(find(next, last)).toBe(deviceId);
    expect(find(old, last)).toBe(deviceId);
    expect(store.enrol(old, '', last)).toBe(deviceId);
    expect(() => find(old, last + 1)).toThrow(KeyReplacedError);
    expect(find(next, last + 1)).toBe(deviceId);
  }
  expect(store.deviceCount()).toBe(1);
  expect(() => store.enrol(old, secret, last + 1)).toThrow(KeyReplacedError);
});

test('a device that has spoken under the new key alone has a day for what is under way', () => {
  const [old, next] = [newKey(), newKey()];
  const deviceId = store.enrol(old, secret, NOW);
  store.replaceKey(old, next, NOW);
  // In memory with the longer time.
  expect(find(old, NOW)).toBe(deviceId);
  expect(store.enrol(next, '', NOW + 5)).toBe(deviceId);
  expect(find(old, NOW + 5 + KEY_FAREWELL_MS - 1)).toBe(deviceId);
  expect(() => find(old, NOW + 5 + KEY_FAREWELL_MS)).toThrow(KeyReplacedError);
  // Saying it again prolongs nothing.
  store.enrol(next, '', NOW + 500);
  expect(() => find(old, NOW + 5 + KEY_FAREWELL_MS)).toThrow(KeyReplacedError);
});

test('the same replacement again answers the same, however late; another one by the old key is refused', () => {
  const [old, next, other] = [newKey(), newKey(), newKey()];
  const deviceId = store.enrol(old, secret, NOW);
  for (const later of [0, 1, KEY_OVERLAP_MS * 2])
    expect(store.replaceKey(old, next, NOW + later)).toBe(deviceId);
  expect(() => store.replaceKey(old, other, NOW + 1)).toThrow(KeyReplacedError);
  expect(() => store.replaceKey(newKey(), other, NOW)).toThrow(KeyUnknownError);
  // Nor does anybody get an old key back.
  expect(() => store.replaceKey(next, old, NOW + KEY_OVERLAP_MS * 2)).toThrow(KeyReplacedError);
  expect(store.deviceCount()).toBe(1);
});

test('putting a device out puts out all its keys, also those that are about to go', async () => {
  const [old, next] = [newKey(), newKey()];
  const deviceId = store.enrol(old, secret, NOW);
  store.replaceKey(old, next, NOW);
  expect(find(old, NOW)).toBe(deviceId);
  const desk = openEnrolmentDesk(folder);
  desk.devices.revoke(deviceId, NOW);
  await sleep(300);
  for (const key of [old, next]) {
    expect(() => find(key, NOW)).toThrow(DeviceRevokedError);
    expect(() => store.enrol(key, secret, NOW)).toThrow(DeviceRevokedError);
  }
  expect(() => store.replaceKey(next, newKey(), NOW)).toThrow(DeviceRevokedError);
  desk.devices.reinstate(deviceId);
  desk[Symbol.dispose]();
  await sleep(300);
  expect(find(old, NOW)).toBe(deviceId);
  expect(find(next, NOW)).toBe(deviceId);
});

test('a device that keeps making keys does not fill the store', () => {
  const keys = [newKey()];
  const deviceId = store.enrol(keys[0] as Buffer, secret, NOW);
  for (let number = 0; number < REPLACED_KEYS_KEPT + 5; number++) {
    const next = newKey();
    store.replaceKey(keys.at(-1) as Buffer, next, NOW + number);
    keys.push(next);
  }
  const known = keys.filter((key) => find(key, NOW) === deviceId);
  expect(known).toEqual(keys.slice(-REPLACED_KEYS_KEPT - 1));
});
