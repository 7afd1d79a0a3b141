import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { keyIdOf, payloadType, preAuthenticationEncoding } from './envelope-format.ts';
import { MAX_NOTICE_BYTES, type MoveNotice, openNotice, sealNotice } from './notice.ts';
import { openEnvelope } from './open-envelope.ts';
import { sealEnvelope } from './seal-envelope.ts';
import { Envelope, Notice } from './wire.ts';

function newKey(): { privateKey: KeyObject; publicKey: Buffer; keyId: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  return { privateKey, publicKey: raw, keyId: keyIdOf(raw) };
}
const key = newKey();
const notice: MoveNotice = {
  collectorId: 'ab'.repeat(16),
  serial: 7,
  addresses: ['https://new.example:8711', 'https://[2001:db8::1]:8711'],
  authorities: ['0c'.repeat(32)],
  validUntil: 1_800_000_000,
};
const sealed = sealNotice(notice, key);
const faultOf = (bytes: Uint8Array, publicKey: Uint8Array = key.publicKey): string => {
  try {
    openNotice(bytes, publicKey);
    return 'opened';
  } catch (error) {
    return (error as { fault: string }).fault;
  }
};
/** Rightly signed, whatever it says. */
const sealedAny = (fields: object) =>
  sealEnvelope('Notice', Notice.encode({ ...wireFields(notice), ...fields }).finish(), key);
const wireFields = ({ collectorId, serial, addresses, authorities, validUntil }: MoveNotice) => ({
  collectorId: Buffer.from(collectorId, 'hex'),
  serial,
  addresses,
  authorityFingerprints: authorities.map((each) => Buffer.from(each, 'hex')),
  validUntil,
});

test('what was sealed is opened again, also by the opener of collectors', () => {
  expect(openNotice(sealed, key.publicKey)).toEqual(notice);
  expect(openEnvelope(sealed, 'Notice', () => key.publicKey, MAX_NOTICE_BYTES).keyId).toBe(key.keyId);
});

test('a notice that calls the move off names no place', () => {
  const off = { ...notice, addresses: [], authorities: [] };
  expect(openNotice(sealNotice(off, key), key.publicKey)).toEqual(off);
});

describe('is not opened', () => {
  test('when one bit of it is another, wherever', () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect([at, faultOf(changed)]).toEqual([at, expect.stringMatching(/^(?:malformed|signature-wrong)$/)]);
    }
  });

  test('when another key signed it, also under the name of this one', () => {
    const other = newKey();
    expect(faultOf(sealNotice(notice, other))).toBe('signature-wrong');
    expect(faultOf(sealNotice(notice, { ...other, keyId: key.keyId }))).toBe('signature-wrong');
  });

  test('when it is another kind of message, though this key signed it', () => {
    const message = Notice.encode(wireFields(notice)).finish();
    expect(faultOf(sealEnvelope('EnrolRequest', message, key))).toBe('malformed');
  });

  test.each<[string, object]>([
    ['no collector', { collectorId: new Uint8Array() }],
    ['serial 0', { serial: 0 }],
    ['no address of a server', { addresses: ['https://new.example/path'] }],
    ['an address in clear with an authority', { addresses: ['http://new.example'] }],
    ['half a fingerprint', { authorityFingerprints: [new Uint8Array(16)] }],
    ['authorities for nothing', { addresses: [] }],
    ['nine addresses', { addresses: Array.from({ length: 9 }, (_, at) => `https://${at}.example`) }],
  ])('when it says %s', (_, fields) => {
    expect(faultOf(sealedAny(fields))).toBe('malformed');
  });

  test('when it inflates beyond its bound, or to nothing', () => {
    for (const message of [Buffer.alloc(MAX_NOTICE_BYTES + 1), Buffer.from([255])]) {
      const payload = zstdCompressSync(message);
      const sig = sign(null, preAuthenticationEncoding(payloadType('Notice'), payload), key.privateKey);
      const signatures = [{ sig, keyid: key.keyId }];
      const bytes = Envelope.encode({ payload, payloadType: payloadType('Notice'), signatures }).finish();
      expect(faultOf(bytes)).toBe('malformed');
    }
  });
});

test('what no agent would take is not sealed', () => {
  expect(() => sealNotice({ ...notice, addresses: ['new.example'] }, key)).toThrow(/http or https/);
});
