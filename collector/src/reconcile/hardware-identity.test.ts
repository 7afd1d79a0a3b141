import { expect, test } from 'vitest';
import { judgeFormerSelf } from './former-self.ts';
import { compareHardware, hardwareIdentityOf, signsOf } from './hardware-identity.ts';
import { twinOf } from './junk-hardware.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/[:-]/g, ''), 'hex');
const UUID = '4c4c4544-0042-3510-8052-b3c04f4b4e32';
const MAC = '8c:04:ba:11:22:33';
const identity = (uuid = '', serial = '', ...macs: string[]) =>
  hardwareIdentityOf({ systemUuid: bytes(uuid), serial, macAddresses: macs.map(bytes) });
const nobodyShares = () => false;

test.each([
  ['00000000-0000-0000-0000-000000000000'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ['fefefefe-fefe-fefe-fefe-fefefefefefe'],
  ['03000200-0400-0500-0006-000700080009'],
  ['00020003-0004-0005-0006-000700080009'],
  ['00010203-0405-0607-0809-0a0b0c0d0e0f'],
  ['4c4c4544-0000-2010-8020-80c04f202020'],
  ['12345678-ffff-ffff-ffff-ffffffffffff'],
])('the UUID %s tells nothing', (uuid) => {
  expect(identity(uuid).uuid).toBe('');
});

test.each([
  [''],
  ['0'],
  ['00000000'],
  ['123456789'],
  ['1234567890'],
  ['0123456789'],
  ['None'],
  ['N/A'],
  ['To Be Filled By O.E.M.'],
  ['To be filled by OEM'],
  ['Default string'],
  ['System Serial Number'],
  ['SystemSerialNumb'],
  ['Chassis Serial Number'],
  ['Not Specified'],
  ['SYS-1234567890'],
  ['INVALID'],
  ['  xxxxxxxxxxx  '],
  ['1.0.0'],
  ['11110101'],
])('the serial %j tells nothing', (serial) => {
  expect(identity(UUID, serial).serial).toBe('');
});

test.each([
  ['02:42:ac:11:00:02'],
  ['01:00:5e:00:00:01'],
  ['52:54:00:12:34:56'],
  ['00:50:56:c0:00:08'],
  ['08:00:27:01:02:03'],
  ['00:15:5d:01:02:03'],
  ['00:16:3e:01:02:03'],
  ['44:45:53:54:42:00'],
  ['00:00:00:00:00:00'],
  ['ff:ff:ff:ff:ff:ff'],
])('the address %s tells nothing', (mac) => {
  expect(identity(UUID, '', mac).macs).toEqual([]);
});

test('a hypervisor that prints the UUID as the serial gives one sign, whatever its byte order', () => {
  const vmware = 'VMware-56 4d 0b 2f 8a 11 c0 de-aa 01 02 03 04 05 06 07';
  for (const uuid of ['564d0b2f8a11c0deaa01020304050607', twinOf('564d0b2f8a11c0deaa01020304050607')])
    expect(signsOf(identity(uuid, vmware))).toHaveLength(1);
  // Of these two byte orders the first is the smaller.
  expect(
    signsOf(identity('01020304-0506-0708-aa01-020304050607', '01020304-0506-0708-aa01-020304050607')),
  ).toHaveLength(1);
  expect(
    signsOf(identity('ec2e1916-9099-7caf-fd21-012345abcdef', 'ec2e1916-9099-7caf-fd21-012345abcdef')),
  ).toHaveLength(1);
});

test('two signs that agree make it the same computer, one does not, and one that disagrees makes it another', () => {
  const whole = identity(UUID, '5BQK2N3', MAC);
  const compare = (other: ReturnType<typeof identity>) => compareHardware(whole, other, nobodyShares);
  expect(compare(identity(UUID, '5bqk2n3 '))).toBe('same');
  expect(compare(identity(twinOf(UUID.replaceAll('-', '')), '', MAC))).toBe('same');
  expect(compare(identity('', '5BQK2N3', MAC))).toBe('same');
  // The card was replaced.
  expect(compare(identity(UUID, '5BQK2N3', '8c:04:ba:44:55:66'))).toBe('same');
  expect(compare(identity(UUID))).toBe('not-enough');
  expect(compare(identity('', '5BQK2N3'))).toBe('not-enough');
  expect(compare(identity('', '', MAC))).toBe('not-enough');
  expect(compare(identity())).toBe('not-enough');
  // A dock is plugged into another computer of the same maker.
  expect(compare(identity(UUID, 'OTHER77', MAC))).toBe('different');
  expect(compare(identity('4c4c4544-0042-3510-8052-b3c04f4b4e33', '5BQK2N3', MAC))).toBe('different');
  expect(compareHardware(identity(), identity(), nobodyShares)).toBe('not-enough');
});

test('a sign that many devices have counts as none', () => {
  const a = identity(UUID, '5BQK2N3', MAC);
  expect(compareHardware(a, a, (sign) => sign.startsWith('uuid'))).toBe('same');
  expect(compareHardware(a, a, (sign) => !sign.startsWith('uuid'))).toBe('not-enough');
});

test('what a device makes up does no harm: wrong lengths are left out, lists are bounded', () => {
  const many = Array.from({ length: 500 }, (_, index) => Buffer.from([0x8c, 4, 0xba, 0, index >> 8, index]));
  const made = hardwareIdentityOf({
    systemUuid: Buffer.alloc(15, 7),
    serial: `${'S'.repeat(10_000)}x`,
    macAddresses: [...many, Buffer.alloc(5, 8)],
  });
  expect(made.uuid).toBe('');
  expect(made.macs).toHaveLength(8);
  expect(hardwareIdentityOf({})).toEqual({ uuid: '', serial: '', macs: [] });
});

test('only silence since the newcomer joined makes a former self, and only once everything until then is processed', () => {
  const pair = {
    joinedAt: 1000,
    newcomerSeenAt: 1001,
    formerSeenAt: 999,
    processedUntil: 1500,
    silenceMs: 500,
  };
  expect(judgeFormerSelf(pair)).toBe('superseded');
  expect(judgeFormerSelf({ ...pair, processedUntil: 1499 })).toBe('wait');
  expect(judgeFormerSelf({ ...pair, formerSeenAt: 1001, processedUntil: 1001 })).toBe('both-alive');
  expect(judgeFormerSelf({ ...pair, formerSeenAt: undefined })).toBe('wait');
  expect(judgeFormerSelf({ ...pair, newcomerSeenAt: undefined })).toBe('wait');
});
