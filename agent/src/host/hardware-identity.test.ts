import { expect, test } from 'vitest';
import { cleanMacAddresses, cleanSerial, cleanSystemUuid } from './hardware-identity.ts';
import { parseOsRelease } from './os-release.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('the system UUID comes in both byte orders', () => {
  const { bigEndian, littleEndian } = cleanSystemUuid('00112233-4455-6677-8899-AABBCCDDEEFF');
  expect(hex(bigEndian)).toBe('00112233445566778899aabbccddeeff');
  expect(hex(littleEndian)).toBe('33221100554477668899aabbccddeeff');
});

test.each([
  '',
  undefined,
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '03000200-0400-0500-0006-000700080009',
  'Not Settable',
])('the UUID %j identifies nothing', (text) => {
  expect(cleanSystemUuid(text).bigEndian).toHaveLength(0);
});

test.each([
  '',
  ' - ',
  'To Be Filled By O.E.M.',
  'Default string',
  '0000000',
  'System Serial Number',
  undefined,
])('the serial %j identifies nothing', (text) => {
  expect(cleanSerial(text)).toBe('');
});

test('a real serial is kept', () => {
  expect(cleanSerial(' PF2ABCDE\u0000')).toBe('PF2ABCDE');
});

test('addresses of hardware are unique and ascending, made-up ones are left out', () => {
  const texts = [
    '00:1b:21:0a:0b:0d\n',
    '00:1B:21:0a:0b:0c',
    '02:42:ac:11:00:02',
    'ff:ff:ff:ff:ff:ff',
    '00:00:00:00:00:00',
    '',
    '00:1b:21:0a:0b:0d',
  ];
  expect(cleanMacAddresses(texts).map(hex)).toEqual(['001b210a0b0c', '001b210a0b0d']);
});

test('os-release is read with and without quotes', () => {
  expect(
    parseOsRelease(
      'NAME="X"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID=\'12\'\nID=debian\n# c\n',
    ),
  ).toEqual({
    prettyName: 'Debian GNU/Linux 12 (bookworm)',
    versionId: '12',
    id: 'debian',
  });
});
