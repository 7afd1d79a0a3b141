import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyIdOf } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EnrolmentDesk, NoControlStoreError, openEnrolmentDesk } from './enrolment-desk.ts';
import { type NewToken, type TokenFault, TokenRefusedError } from './enrolment-tokens.ts';
import { DeviceRevokedError } from './known-keys.ts';
import { receiverOf } from './receiver-of.ts';
import type { ReceiverStore } from './receiver-store.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';

let folder: string;
/** The running collector's. */
let store: SqliteControlStore;
let receiver: ReceiverStore;
/** The command line's, on the same file. */
let desk: EnrolmentDesk;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-tokens-'));
  store = new SqliteControlStore({ path: join(folder, 'control.db') });
  receiver = receiverOf(store);
  desk = openEnrolmentDesk(folder);
});
afterEach(async () => {
  await receiver.close();
  desk[Symbol.dispose]();
  store.close();
  rmSync(folder, { recursive: true });
});

const newKey = () =>
  Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string, 'base64url');
const make = (changes: Partial<NewToken> = {}) =>
  desk.tokens.create({ uses: 3, expiresAt: 1000, group: 'finance', note: 'for a test', ...changes }, 1);

function faultOf(run: () => unknown): TokenFault | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof TokenRefusedError) return error.fault;
    throw error;
  }
  return undefined;
}

test('a token lets as many in as it says, until it says, and both are seen in the list', () => {
  const { tokenId, secret } = make({ uses: 2 });
  const keys = [newKey(), newKey()];
  for (const key of keys) store.enrol(key, secret, 999);
  expect(faultOf(() => store.enrol(newKey(), secret, 999))).toBe('token-used-up');
  // Known already: needs and uses nothing.
  for (const key of keys) store.enrol(key, secret, 5000);
  expect(desk.tokens.list()).toMatchObject([
    { tokenId, used: 2, uses: 2, group: 'finance', note: 'for a test' },
  ]);
  const groups = desk.devices.list('', 10).map((device) => [device.group, device.tokenId]);
  expect(groups).toEqual([
    ['finance', tokenId],
    ['finance', tokenId],
  ]);
  expect(faultOf(() => store.enrol(newKey(), make().secret, 1000))).toBe('token-expired');
});

test('without a secret, with a wrong one, with a revoked one nobody joins, and nothing is counted', () => {
  const { tokenId, secret } = make();
  expect(desk.tokens.revoke(tokenId, 5)).toBe(true);
  expect(desk.tokens.revoke(tokenId, 6)).toBe(false);
  expect(desk.tokens.revoke('ffffffff', 6)).toBe(false);
  expect(faultOf(() => store.enrol(newKey(), '', 5))).toBe('token-missing');
  expect(faultOf(() => store.enrol(newKey(), 'AbCdEfGhIjKlMnOpQrStUv', 5))).toBe('token-unknown');
  expect(faultOf(() => store.enrol(newKey(), secret, 5))).toBe('token-revoked');
  expect(desk.tokens.list()[0]?.used).toBe(0);
  expect(store.deviceCount()).toBe(0);
});

test('a key that cannot join uses nothing of its token up', () => {
  const { secret } = make({ uses: 1 });
  const key = newKey();
  expect(() => store.enrol(key.subarray(0, 31), '', 5)).toThrow();
  store.enrol(key, secret, 5);
  // Remembered or read from the file: a Buffer or not.
  expect(Buffer.from(receiver.findKey(keyIdOf(key), 1)?.publicKey ?? [])).toEqual(key);
});

test('the secret is on no byte of the disk', () => {
  const { secret } = make();
  store.enrol(newKey(), secret, 5);
  const bytes = Buffer.from(secret, 'base64url');
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    expect(content.includes(secret)).toBe(false);
    expect(content.includes(bytes)).toBe(false);
  }
});

test('what another process revokes counts at once, also for a key that was just used; so does taking it back', () => {
  const { secret } = make();
  const key = newKey();
  const keyId = keyIdOf(key);
  const deviceId = store.enrol(key, secret, 5);
  expect(receiver.findKey(keyId, 1)).toMatchObject({ deviceId });
  expect(desk.devices.revoke(deviceId, 7)).toBe(true);
  expect(desk.devices.revoke(deviceId, 7)).toBe(false);
  expect(() => receiver.findKey(keyId, 1)).toThrow(DeviceRevokedError);
  expect(() => store.enrol(key, secret, 8)).toThrow(DeviceRevokedError);
  expect(desk.devices.list('', 10)).toMatchObject([{ deviceId, revokedAt: 7 }]);
  expect(desk.devices.reinstate(deviceId)).toBe(true);
  expect(desk.devices.reinstate(deviceId)).toBe(false);
  expect(receiver.findKey(keyId, 1)).toMatchObject({ deviceId });
});

test('devices are listed page by page in the order of their ids', () => {
  const { secret } = make();
  for (let device = 0; device < 3; device++) store.enrol(newKey(), secret, 5);
  const all = desk.devices.list('', 10).map(({ deviceId }) => deviceId);
  expect(all).toEqual([...all].sort());
  expect(desk.devices.list(all[0] as string, 1).map(({ deviceId }) => deviceId)).toEqual([all[1]]);
});

test('a folder in which no collector ever ran is said to be one, and stays as it is', () => {
  const empty = mkdtempSync(join(tmpdir(), 'fleetmeter-tokens-'));
  expect(() => openEnrolmentDesk(empty)).toThrow(NoControlStoreError);
  expect(readdirSync(empty)).toEqual([]);
  rmSync(empty, { recursive: true });
});

test('devices that join together are committed together, and one that is refused costs the others nothing', async () => {
  const { tokenId, secret } = make({ uses: 3 });
  const keys = [newKey(), newKey(), newKey()];
  const outcomes = await store.joinTogether([
    () => store.enrol(keys[0] as Buffer, secret, 5),
    () =>
      // Its use of the token is counted when it is refused, and has to be taken back.
      store.enrol(keys[1] as Buffer, secret, 5, {
        admit: () => {
          throw new Error('later');
        },
      }),
    () => store.enrol(keys[2] as Buffer, 'AbCdEfGhIjKlMnOpQrStUv', 5),
    () => store.enrol(keys[2] as Buffer, secret, 5),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(store.deviceCount()).toBe(2);
  expect(store.tokens.list().find((each) => each.tokenId === tokenId)?.used).toBe(2);
  for (const [position, outcome] of outcomes.entries())
    if (outcome.status === 'fulfilled')
      expect(store.enrol(keys[Math.min(position, 2)] as Buffer, '', 6)).toBe(outcome.value);
});

test('who joined is told so only when it is on stable storage, and may ask again', async () => {
  const { secret } = make();
  const key = newKey();
  const enrol = () => store.joinTogether([() => store.enrol(key, secret, 5)]);
  const log = join(folder, 'control.db-wal');
  renameSync(log, `${log}.gone`);
  await expect(enrol()).rejects.toThrow(/ENOENT/);
  renameSync(`${log}.gone`, log);
  const [again] = await enrol();
  expect(again).toEqual({ status: 'fulfilled', value: receiver.findKey(keyIdOf(key), 5)?.deviceId });
  expect(store.deviceCount()).toBe(1);
});
