/** Cleaning what firmware says of itself. Pure. Firmware is full of placeholders that would merge devices. */

const JUNK_TEXT = new Set([
  '',
  '-',
  '0',
  'none',
  'default',
  'default string',
  'empty',
  'invalid',
  'n/a',
  'na',
  'not applicable',
  'not available',
  'not specified',
  'o.e.m.',
  'oem',
  'serial number',
  'system serial number',
  'chassis serial number',
  'to be filled by o.e.m.',
  'to be filled by oem',
  'unknown',
  'xxxxxxx',
  '0123456789',
  '123456789',
  '1234567890',
]);
/** UUIDs that boards of whole product lines share. */
const JUNK_UUIDS = new Set(['03000200040005000006000700080009', '00020003000400050006000700080009']);

/** The serial, or '' when it tells nothing. */
export function cleanSerial(serial: string | undefined): string {
  const text = (serial ?? '').replace(/[^\x20-\x7e]/g, '').trim();
  return JUNK_TEXT.has(text.toLowerCase()) || isOneCharacter(text) ? '' : text.slice(0, 128);
}

export interface SystemUuid {
  /** As RFC 4122 writes it; empty when it tells nothing. */
  bigEndian: Uint8Array;
  /** First three fields byte-swapped, as SMBIOS 2.6 stores it and some tools print it. */
  littleEndian: Uint8Array;
}

export function cleanSystemUuid(text: string | undefined): SystemUuid {
  const hex = (text ?? '').replaceAll('-', '').trim().toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex) || isOneCharacter(hex) || JUNK_UUIDS.has(hex))
    return { bigEndian: new Uint8Array(), littleEndian: new Uint8Array() };
  const bigEndian = Uint8Array.from(Buffer.from(hex, 'hex'));
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return { bigEndian, littleEndian: Uint8Array.from(order, (at) => bigEndian[at] as number) };
}

/** Globally administered unicast addresses, 6 bytes each, ascending and unique. */
export function cleanMacAddresses(texts: readonly string[]): Uint8Array[] {
  const LOCAL_OR_GROUP = 0x03;
  const hex = texts
    .map((text) => text.replaceAll(':', '').trim().toLowerCase())
    .filter((each) => /^[0-9a-f]{12}$/.test(each) && !isOneCharacter(each))
    .filter((each) => (Number.parseInt(each.slice(0, 2), 16) & LOCAL_OR_GROUP) === 0);
  return [...new Set(hex)].sort().map((each) => Uint8Array.from(Buffer.from(each, 'hex')));
}

function isOneCharacter(text: string): boolean {
  return text.length > 0 && text === (text[0] as string).repeat(text.length);
}
