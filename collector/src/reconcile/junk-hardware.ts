/**
 * What firmware says when nobody has told it anything better, and what many computers have in common. Pure. The lists
 * hold what inventory systems have met in the field; what is on none of them and still shared shows by being shared.
 */

/** Lower hex, either byte order. */
const JUNK_UUIDS: ReadonlySet<string> = new Set(
  [
    // Boards that were never programmed.
    '03000200-0400-0500-0006-000700080009',
    '03d40274-0435-05dc-8506-010700080009',
    '07090201-0103-0301-0807-060504030201',
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
    '11111111-2222-3333-4444-555555555555',
    '12345678-1234-5678-90ab-cddeefaabbcc',
    '12345678-1234-1234-1234-123456789012',
    'deadbeef-dead-beef-dead-beefdeadbeef',
    // Of a whole series each.
    '6ab5b300-538d-1014-9fb5-b0684d007b53',
    '890e2d14-cacd-45d1-ae66-bc80e8bfeb0f',
    '8e275844-178f-44a8-aceb-a7d7e5178c63',
    'dc698397-fa54-4cf2-82c8-b1b5307a6a7f',
    // A spare board without its service tag.
    '4c4c4544-0000-2010-8020-80c04f202020',
  ].map((text) => text.replaceAll('-', '')),
);

const JUNK_SERIALS: ReadonlySet<string> = new Set([
  '(null string)',
  'default',
  'empty',
  'eval',
  'iatpass',
  'n/a',
  'none',
  'null',
  'oem',
  'oem_serial',
  'standard',
  'tulip computers',
  'undefined',
]);
/** Wherever they stand in a serial. */
const JUNK_WORDS = [
  'default string',
  'default_string',
  'filled by',
  'invalid',
  'not applicable',
  'not available',
  'not specified',
  'o.e.m',
  'serial number',
  'serialnumb',
  'unknow',
  'xxxx',
];
const COUNTED = '012345678901234567890123456789';
/** A serial that is shorter tells one computer from a few thousand others at most. */
const SHORTEST_SERIAL = 5;

/** Addresses that a driver brings along, the same on every computer. */
const JUNK_MACS: ReadonlySet<string> = new Set([
  '000bcafe0000',
  '005345000000',
  '00a0c6000000',
  '204153594eff',
  '24b620524153',
  '444553544200',
  '505054503030',
  '8000600fe800',
]);
/** Makers of network cards that exist in software: VMware, VirtualBox, Hyper-V, Xen, Parallels, a VPN driver. */
const SOFTWARE_MAKERS: ReadonlySet<string> = new Set([
  '000569',
  '00059a',
  '000c29',
  '00155d',
  '00163e',
  '001c14',
  '001c42',
  '005056',
  '080027',
]);

/** 32 lower hex digits. */
export function isJunkUuid(hex: string): boolean {
  return (
    JUNK_UUIDS.has(hex) || JUNK_UUIDS.has(twinOf(hex)) || isOneByte(hex) || /^.{8}(?:0{24}|f{24})$/.test(hex)
  );
}

/** Trimmed and in lower case. */
export function isJunkSerial(text: string): boolean {
  const bare = text.replace(/^(?:sys|mb|sn)-/, '');
  return (
    bare.length < SHORTEST_SERIAL ||
    JUNK_SERIALS.has(text) ||
    JUNK_WORDS.some((word) => text.includes(word)) ||
    COUNTED.includes(bare) ||
    /^[01]+$/.test(bare) ||
    /^\d+(?:\.\d+)+$/.test(bare) ||
    isRepeated(bare)
  );
}

/** 12 lower hex digits. */
export function isJunkMac(hex: string): boolean {
  const LOCAL_OR_GROUP = 0x03;
  return (
    (Number.parseInt(hex.slice(0, 2), 16) & LOCAL_OR_GROUP) !== 0 ||
    SOFTWARE_MAKERS.has(hex.slice(0, 6)) ||
    JUNK_MACS.has(hex) ||
    isOneByte(hex)
  );
}

/** The same UUID with its first three fields in the other byte order. 32 hex digits. */
export function twinOf(hex: string): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return order.map((at) => hex.slice(at * 2, at * 2 + 2)).join('');
}

function isOneByte(hex: string): boolean {
  return hex === hex.slice(0, 2).repeat(hex.length / 2);
}

function isRepeated(text: string): boolean {
  return text === (text[0] ?? '').repeat(text.length);
}
