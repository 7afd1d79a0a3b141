import { expect, test } from 'vitest';
import { authenticodeSigner } from './authenticode.ts';
import { BoundedReader } from './bounded-reader.ts';
import {
  builtPe,
  certificateEntry,
  der,
  derCertificate,
  derName,
  derSignature,
  FREE_AT,
} from './fixtures/built-pe.ts';
import { PE_LIMITS } from './pe.ts';
import { CERTIFICATE_TABLE, openPeImage } from './pe-image.ts';

const COMMON_NAME = '550403';
const ORGANISATION = '55040a';
const COUNTRY = '550406';
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const ISSUER = derName([COMMON_NAME, utf8('Some Authority')]);
const OTHER = derName([COMMON_NAME, utf8('Other Authority')]);
const LEAF = derName(
  [COUNTRY, utf8('DE')],
  [ORGANISATION, utf8('Firm Ltd')],
  [COMMON_NAME, utf8('Firm Signing')],
);

/** Reads the signer of a file with this certificate table, and how many bytes that took. */
function read(table: Buffer, claimedSize = table.length): { signer: string | undefined; bytes: number } {
  const file = Buffer.concat([
    builtPe({ size: FREE_AT, tables: { [CERTIFICATE_TABLE]: [FREE_AT, claimedSize] } }),
    table,
  ]);
  let bytes = 0;
  const reader = new BoundedReader((offset, length) => {
    bytes += length;
    return file.subarray(offset, offset + length);
  }, PE_LIMITS);
  const image = openPeImage(reader);
  return { signer: image && authenticodeSigner(reader, image), bytes };
}

const signerOf = (signature: Buffer): string | undefined => read(certificateEntry(signature)).signer;

test('the signer is the certificate that issuer and serial number name, wherever it stands', () => {
  const certificates = [
    derCertificate(OTHER, 7, derName([COMMON_NAME, utf8('same serial, other issuer')])),
    derCertificate(ISSUER, 8, derName([COMMON_NAME, utf8('same issuer, other serial')])),
    derCertificate(ISSUER, 7, LEAF),
  ];
  expect(signerOf(derSignature(ISSUER, 7, certificates))).toBe('Firm Signing');
  expect(signerOf(derSignature(ISSUER, 7, certificates.slice(0, 2)))).toBeUndefined();
  expect(signerOf(derSignature(ISSUER, 7, []))).toBeUndefined();
});

test('without a common name the organisation names the signer; without both nobody does', () => {
  const signed = (...pairs: [string, Buffer][]) =>
    signerOf(derSignature(ISSUER, 7, [derCertificate(ISSUER, 7, derName(...pairs))]));
  expect(signed([ORGANISATION, utf8('Firm Ltd')])).toBe('Firm Ltd');
  expect(signed([COUNTRY, utf8('DE')])).toBeUndefined();
});

test('names are read in the encodings issuers use, and left out in no encoding', () => {
  const named = (text: Buffer) =>
    signerOf(derSignature(ISSUER, 7, [derCertificate(ISSUER, 7, derName([COMMON_NAME, text]))]));
  expect(named(der(0x13, Buffer.from('Printable')))).toBe('Printable');
  expect(named(der(0x14, Buffer.from('M\xfcller', 'latin1')))).toBe('Müller');
  expect(named(der(0x1e, Buffer.from('艦隊', 'utf16le').swap16()))).toBe('艦隊');
  expect(named(der(0x1e, Buffer.from('abc')))).toBeUndefined();
  expect(named(der(0x0c, Buffer.from([0xc3, 0x28])))).toBeUndefined();
  expect(named(der(0x04, Buffer.from('octets')))).toBeUndefined();
});

test('a signature over millions of page hashes costs what a small one costs', () => {
  const certificates = [derCertificate(ISSUER, 7, LEAF)];
  const small = read(certificateEntry(derSignature(ISSUER, 7, certificates)));
  const large = read(certificateEntry(derSignature(ISSUER, 7, certificates, 2_000_000)));
  expect(large.signer).toBe('Firm Signing');
  expect(large.bytes).toBeLessThan(small.bytes + 16_384);
});

test('other entries of the table are passed over, up to a limit', () => {
  const signature = certificateEntry(derSignature(ISSUER, 7, [derCertificate(ISSUER, 7, LEAF)]));
  const other = certificateEntry(Buffer.alloc(8), { kind: 1 });
  expect(read(Buffer.concat([other, other, signature])).signer).toBe('Firm Signing');
  expect(read(Buffer.concat([...Array(8).fill(other), signature])).signer).toBeUndefined();
});

test('lengths that lie lead nowhere and cost nothing', () => {
  const signature = derSignature(ISSUER, 7, [derCertificate(ISSUER, 7, LEAF)]);
  for (const length of [0, 1, 7, 8, 20])
    expect(read(certificateEntry(signature, { length })).signer, `${length}`).toBeUndefined();
  for (const length of [0, 1, 7, 8, 0xffffffff])
    expect(read(certificateEntry(signature, { length, kind: 1 })).bytes, `${length}`).toBeLessThan(32_768);
  expect(read(certificateEntry(signature, { length: 0xffffffff }), 0xffffffff).signer).toBe('Firm Signing');
  for (const head of ['3080', '3084ffffffff', '30ff', '3085', '1f', '30', ''])
    expect(signerOf(Buffer.from(head, 'hex')), head).toBeUndefined();
});

test('ten thousand certificates are not all looked at', () => {
  const decoy = derCertificate(OTHER, 7, LEAF);
  const { signer, bytes } = read(
    certificateEntry(
      derSignature(ISSUER, 7, [...Array(10_000).fill(decoy), derCertificate(ISSUER, 7, LEAF)]),
    ),
  );
  expect(signer).toBeUndefined();
  expect(bytes).toBeLessThanOrEqual(PE_LIMITS.mostBytes);
});

test('a name cut anywhere, or a signature cut anywhere, is no name or the whole one', () => {
  const entry = certificateEntry(derSignature(ISSUER, 7, [derCertificate(ISSUER, 7, LEAF)]));
  for (let length = 0; length < entry.length; length++)
    expect(read(entry.subarray(0, length)).signer, `${length}`).toBeUndefined();
});
