/**
 * The key that signs the collector's notices, beside its authority and apart from it: `notice-key.pem` in the
 * collector's folder. Agents learn its public half when they join and believe no other, so it goes with the control
 * store wherever that goes, also when the new place has an authority of its own.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf } from '@fleetmeter/proto';
import { AuthorityError } from './authority.ts';
import { privateKeyIn, readIfThere, replaceFile } from './pem-files.ts';

export interface NoticeKey {
  /** Ed25519, raw, 32 bytes. */
  publicKey: Uint8Array;
  privateKey: KeyObject;
  keyId: string;
}

/** Reads the key, or makes it at the first start: under the data folder's lock only. Throws AuthorityError. */
export function openNoticeKey(collectorDir: string): NoticeKey {
  const known = readNoticeKey(collectorDir);
  if (known) return known;
  const { privateKey } = generateKeyPairSync('ed25519');
  replaceFile(fileOf(collectorDir), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return noticeKeyOf(privateKey);
}

/** Undefined before the first start. Throws AuthorityError. */
export function readNoticeKey(collectorDir: string): NoticeKey | undefined {
  const path = fileOf(collectorDir);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const key = privateKeyIn(text, path);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new AuthorityError(
      'damaged',
      `${path} holds no Ed25519 key. Bring it back from a backup: agents believe notices of the key that they joined with only.`,
    );
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return noticeKeyOf(key);
}

function noticeKeyOf(privateKey: KeyObject): NoticeKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Uint8Array.from(Buffer.from(x as string, 'base64url'));
  return { publicKey, privateKey, keyId: keyIdOf(publicKey) };
}

function fileOf(collectorDir: string): string {
  return join(collectorDir, 'notice-key.pem');
}
