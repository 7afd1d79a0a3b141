import { generateKeyPairSync, sign } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { envelopeHash, keyIdOf, type MessageKind, payloadHash } from './envelope-format.ts';
import {
  EnvelopeError,
  type EnvelopeFault,
  openEnvelope,
  openSelfSigned,
  reopenVerifiedEnvelope,
} from './open-envelope.ts';
import { resealEnvelope, type SigningKey, sealEnvelope } from './seal-envelope.ts';
import { Envelope, Report } from './wire.ts';

function newKey(): SigningKey & { publicKey: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  return { keyId: keyIdOf(raw), privateKey, publicKey: raw };
}

const key = newKey();
const stranger = newKey();
const findKey = (keyId: string) => (keyId === key.keyId ? key.publicKey : undefined);
const message = Buffer.from(Report.encode({ sequence: 7, composedAt: 1_700_000_000 }).finish());
const MOST = 1_000_000;
const open = (bytes: Uint8Array, kind: MessageKind = 'Report') => openEnvelope(bytes, kind, findKey, MOST);

function faultOf(run: () => unknown): EnvelopeFault | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof EnvelopeError) return error.fault;
    throw error;
  }
  return undefined;
}

/** An envelope signed as the specification says, without the code under test. */
function handSealed(type: string, payload: Uint8Array, { keyId, privateKey } = key): Uint8Array {
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  const sig = sign(null, signed, privateKey);
  return Envelope.encode({ payload, payloadType: type, signatures: [{ sig, keyid: keyId }] }).finish();
}

test('what was sealed opens to the same message', () => {
  const opened = open(sealEnvelope('Report', message, key));
  expect(opened.message).toEqual(message);
  expect(opened.keyId).toBe(key.keyId);
});

test('an envelope made by hand after the DSSE specification opens', () => {
  expect(open(handSealed('fm1.Report', zstdCompressSync(message))).message).toEqual(message);
});

test('the same message gives the same bytes, so that a report can be sent again byte for byte', () => {
  expect(sealEnvelope('Report', message, key)).toEqual(sealEnvelope('Report', message, key));
});

test('the hash that names a report is of its compressed payload, for sender and receiver alike', () => {
  const sealed = sealEnvelope('Report', message, key);
  const { payload } = Envelope.decode(sealed);
  expect(reopenVerifiedEnvelope(sealed, 'Report', MOST).payload).toEqual(payload);
  expect(envelopeHash(sealed)).toEqual(payloadHash(payload));
  expect(payloadHash(payload)).toHaveLength(16);
});

test('a key is named by sixteen hex digits of the hash of its raw bytes', () => {
  // SHA-256 of 32 zero bytes.
  expect(keyIdOf(new Uint8Array(32))).toBe('66687aadf862bd77');
});

describe('refused, each with its own fault', () => {
  const sealed = () => Envelope.decode(sealEnvelope('Report', message, key));
  const encode = (envelope: Parameters<typeof Envelope.encode>[0]) => Envelope.encode(envelope).finish();

  test('a body that is no envelope', () => {
    expect(faultOf(() => open(Buffer.from('hello')))).toBe('envelope-malformed');
    expect(faultOf(() => open(Buffer.alloc(0)))).toBe('payload-type-unexpected');
  });

  test('an envelope cut short at any byte', () => {
    const bytes = sealEnvelope('Report', message, key);
    for (let length = 0; length < bytes.length; length++)
      expect(faultOf(() => open(bytes.subarray(0, length)))).toBeDefined();
  });

  test('any changed byte of the payload', () => {
    const { payload, payloadType, signatures } = sealed();
    for (let at = 0; at < payload.length; at++) {
      const tampered = Uint8Array.from(payload);
      tampered[at] = (tampered[at] as number) ^ 1;
      const bytes = encode({ payload: tampered, payloadType, signatures });
      expect(faultOf(() => open(bytes))).toBe('signature-wrong');
    }
  });

  test('a message of another kind, also when it is rightly signed as that kind', () => {
    const evidence = sealEnvelope('EvidenceBatch', message, key);
    expect(faultOf(() => open(evidence))).toBe('payload-type-unexpected');
    expect(faultOf(() => open(evidence, 'EvidenceBatch'))).toBeUndefined();
  });

  test('a signature of one kind presented as another', () => {
    const { payload, signatures } = Envelope.decode(sealEnvelope('EvidenceBatch', message, key));
    const bytes = encode({ payload, payloadType: 'fm1.Report', signatures });
    expect(faultOf(() => open(bytes))).toBe('signature-wrong');
  });

  test('the signature of a stranger under our name', () => {
    const bytes = sealEnvelope('Report', message, { ...stranger, keyId: key.keyId });
    expect(faultOf(() => open(bytes))).toBe('signature-wrong');
  });

  test('a key nobody knows, with a message that holds no more than a name of the sender’s choice', () => {
    const bytes = sealEnvelope('Report', message, stranger);
    expect(faultOf(() => open(bytes))).toBe('key-unknown');
    const shouting = sealEnvelope('Report', message, { ...stranger, keyId: '\n'.repeat(5_000) });
    expect(() => open(shouting)).toThrow(/^.{1,120}$/);
  });

  test('no signature, two signatures, a signature without a name, a signature of another length', () => {
    const { payload, payloadType, signatures } = sealed();
    const [first] = signatures;
    const withSignatures = (...list: typeof signatures) => encode({ payload, payloadType, signatures: list });
    const one = first as NonNullable<typeof first>;
    expect(faultOf(() => open(withSignatures()))).toBe('signature-missing');
    expect(faultOf(() => open(withSignatures(one, one)))).toBe('signature-missing');
    expect(
      faultOf(() => open(encode({ payload, payloadType, signatures: [{ sig: one.sig ?? null }] }))),
    ).toBe('signature-missing');
    const short = encode({
      payload,
      payloadType,
      signatures: [{ sig: new Uint8Array(3), keyid: key.keyId }],
    });
    expect(faultOf(() => open(short))).toBe('signature-wrong');
  });

  test('a payload that is signed but not zstd, or zstd cut short', () => {
    const type = 'fm1.Report';
    expect(faultOf(() => open(handSealed(type, Buffer.from('plain'))))).toBe('payload-malformed');
    const cut = zstdCompressSync(Buffer.alloc(50_000, 'abc')).subarray(0, -4);
    expect(faultOf(() => open(handSealed(type, cut)))).toBe('payload-malformed');
  });

  test('a bomb: 64 MiB of zeros in a few kilobytes', () => {
    const bomb = sealEnvelope('Report', Buffer.alloc(64 * 1024 * 1024), key);
    expect(bomb.length).toBeLessThan(20_000);
    expect(faultOf(() => open(bomb))).toBe('payload-too-large');
    expect(faultOf(() => reopenVerifiedEnvelope(bomb, 'Report', MOST))).toBe('payload-too-large');
  });

  test('a bomb with a wrong signature is not even inflated', () => {
    const bomb = sealEnvelope('Report', Buffer.alloc(64 * 1024 * 1024), { ...stranger, keyId: key.keyId });
    expect(faultOf(() => open(bomb))).toBe('signature-wrong');
  });
});

test('a message of exactly the limit passes, one byte more does not', () => {
  const openAt = (size: number) =>
    faultOf(() =>
      openEnvelope(sealEnvelope('Report', Buffer.alloc(size, 'x'), key), 'Report', findKey, 4_096),
    );
  expect(openAt(4_096)).toBeUndefined();
  expect(openAt(4_097)).toBe('payload-too-large');
});

test('a stored envelope reopens to what it opened to', () => {
  const sealed = sealEnvelope('Report', message, key);
  expect(reopenVerifiedEnvelope(sealed, 'Report', MOST)).toMatchObject(open(sealed));
});

test('whatever the bytes: an EnvelopeError, nothing else', () => {
  const real = sealEnvelope('Report', message, key);
  const damaged = fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]) => real.with(at % real.length, value));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), damaged), (bytes) => {
      const fault = faultOf(() => open(bytes));
      if (fault === undefined) expect(open(bytes).message).toEqual(message);
    }),
    { numRuns: 1_000 },
  );
});

test('a public key of another length than 32 bytes, or a point that anybody can sign for, opens nothing', () => {
  const sealed = sealEnvelope('Report', message, key);
  for (const publicKey of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(32)])
    expect(faultOf(() => openEnvelope(sealed, 'Report', () => publicKey, MOST))).toBe('signature-wrong');
});

describe('a message that names its own signers', () => {
  const openBy = (bytes: Uint8Array, ...keys: Uint8Array[]) =>
    openSelfSigned(bytes, 'EnrolRequest', () => keys, MOST);
  const faultBy = (bytes: Uint8Array, ...keys: Uint8Array[]) => faultOf(() => openBy(bytes, ...keys));
  const both = sealEnvelope('EnrolRequest', message, key, stranger);

  test('opens when exactly these signed it, in their order', () => {
    expect(openBy(both, key.publicKey, stranger.publicKey)).toEqual(message);
    expect(openBy(sealEnvelope('EnrolRequest', message, key), key.publicKey)).toEqual(message);
    expect(faultBy(both, stranger.publicKey, key.publicKey)).toBe('key-unknown');
  });

  test('a signature more or less than it needs', () => {
    expect(faultBy(both, key.publicKey)).toBe('signature-missing');
    expect(faultBy(both)).toBe('signature-missing');
    const one = sealEnvelope('EnrolRequest', message, key);
    expect(faultBy(one, key.publicKey, stranger.publicKey)).toBe('signature-missing');
    const { payload, payloadType, signatures } = Envelope.decode(both);
    const three = Envelope.encode({
      payload,
      payloadType,
      signatures: [...signatures, ...signatures],
    }).finish();
    expect(faultBy(three, key.publicKey, stranger.publicKey)).toBe('signature-missing');
  });

  test('either signature over something else', () => {
    const { payload, payloadType, signatures } = Envelope.decode(both);
    for (const wrong of [0, 1]) {
      const changed = signatures.map(({ sig, keyid }, index) => ({
        keyid: keyid ?? '',
        sig: index === wrong ? Uint8Array.from(sig ?? [], (byte) => byte ^ 1) : (sig ?? new Uint8Array()),
      }));
      const bytes = Envelope.encode({ payload, payloadType, signatures: changed }).finish();
      expect(faultBy(bytes, key.publicKey, stranger.publicKey)).toBe('signature-wrong');
    }
  });

  test('two signatures open nothing else', () => {
    expect(faultOf(() => open(sealEnvelope('Report', message, key, stranger)))).toBe('signature-missing');
  });
});

test('sealed again under a new key it is the same report, and again byte for byte', () => {
  const sealed = sealEnvelope('Report', message, stranger);
  const again = resealEnvelope(sealed, key);
  expect(open(again).message).toEqual(message);
  expect(envelopeHash(again)).toEqual(envelopeHash(sealed));
  expect(resealEnvelope(sealed, key)).toEqual(again);
  expect(resealEnvelope(again, key)).toBe(again);
});
