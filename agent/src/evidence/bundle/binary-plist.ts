/**
 * Texts in the outermost dictionary of a binary property list (`CFBinaryPList.c` in Apple's published CoreFoundation):
 * magic, objects, a table with each object's offset, and a trailer that says where the table is and which object is
 * outermost. Objects refer to each other by number. Only texts of one dictionary are looked at and nothing is
 * followed further, so references in a circle and deep nesting are no concern. Pure, for untrusted bytes.
 */
import type { LimitNote } from '../limit-note.ts';

const MAGIC = Buffer.from('bplist0');
const TRAILER_BYTES = 32;
/** An Info.plist has about 50 keys. */
const MOST_KEYS = 4096;
/** In characters; longer than any text of evidence. */
const LONGEST_TEXT = 2048;

const INTEGER = 0x1;
const ASCII = 0x5;
const UTF16 = 0x6;
const UTF8 = 0x7;
const DICTIONARY = 0xd;
/** In place of a count: the count follows as an integer object. */
const COUNT_FOLLOWS = 0xf;

interface Layout {
  bytes: Buffer;
  offsetBytes: number;
  referenceBytes: number;
  objects: number;
  outermost: number;
  offsetsAt: number;
}

interface ObjectHead {
  kind: number;
  count: number;
  /** Where its content begins. */
  at: number;
}

export function isBinaryPlist(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .subarray(0, MAGIC.length)
    .equals(MAGIC);
}

/** Values of the wanted keys that are texts. Of a key that is there twice the first counts. */
export function binaryPlistTexts(
  file: Uint8Array,
  wanted: ReadonlySet<string>,
  limits: LimitNote,
): Map<string, string> {
  const found = new Map<string, string>();
  const layout = layoutOf(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  const dictionary = layout && objectHead(layout, layout.outermost);
  if (!dictionary || dictionary.kind !== DICTIONARY || limits.exceeds(dictionary.count, MOST_KEYS))
    return found;
  const { referenceBytes } = layout;
  for (let index = 0; index < dictionary.count && found.size < wanted.size; index++) {
    const keyAt = dictionary.at + index * referenceBytes;
    const key = textOf(layout, numberAt(layout.bytes, keyAt, referenceBytes));
    if (key === undefined || !wanted.has(key) || found.has(key)) continue;
    const valueAt = keyAt + dictionary.count * referenceBytes;
    const value = textOf(layout, numberAt(layout.bytes, valueAt, referenceBytes), limits);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

function layoutOf(bytes: Buffer): Layout | undefined {
  const at = bytes.length - TRAILER_BYTES;
  if (at < MAGIC.length) return undefined;
  const offsetBytes = bytes.readUInt8(at + 6);
  const referenceBytes = bytes.readUInt8(at + 7);
  const [objects, outermost, offsetsAt] = [8, 16, 24].map((field) => numberAt(bytes, at + field, 8));
  if (objects === undefined || outermost === undefined || offsetsAt === undefined) return undefined;
  if (!isWidth(offsetBytes) || !isWidth(referenceBytes)) return undefined;
  if (offsetsAt + objects * offsetBytes > at) return undefined;
  return { bytes, offsetBytes, referenceBytes, objects, outermost, offsetsAt };
}

function isWidth(bytes: number): boolean {
  return bytes >= 1 && bytes <= 8;
}

function objectHead(layout: Layout, object: number | undefined): ObjectHead | undefined {
  if (object === undefined || object >= layout.objects) return undefined;
  const { bytes, offsetsAt, offsetBytes } = layout;
  const at = numberAt(bytes, offsetsAt + object * offsetBytes, offsetBytes);
  const marker = at === undefined || at >= offsetsAt ? undefined : bytes[at];
  if (at === undefined || marker === undefined) return undefined;
  const kind = marker >> 4;
  const count = marker & 0xf;
  if (count !== COUNT_FOLLOWS) return { kind, count, at: at + 1 };
  const width = bytes[at + 1];
  if (width === undefined || width >> 4 !== INTEGER || (width & 0xf) > 3) return undefined;
  const countBytes = 2 ** (width & 0xf);
  const following = numberAt(bytes, at + 2, countBytes);
  return following === undefined ? undefined : { kind, count: following, at: at + 2 + countBytes };
}

/** `limits`: of a value that is wanted; a long key is none of those wanted. */
function textOf(layout: Layout, object: number | undefined, limits?: LimitNote): string | undefined {
  const head = objectHead(layout, object);
  if (!head || head.count > LONGEST_TEXT) {
    limits?.exceeds(head?.count ?? 0, LONGEST_TEXT);
    return undefined;
  }
  const end = head.at + head.count * (head.kind === UTF16 ? 2 : 1);
  if (end > layout.offsetsAt) return undefined;
  const content = layout.bytes.subarray(head.at, end);
  switch (head.kind) {
    case ASCII:
    case UTF8:
      return decoded('utf-8', content);
    case UTF16:
      return decoded('utf-16be', content);
    default:
      return undefined;
  }
}

function decoded(encoding: string, content: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

/** Of 1 to 8 bytes, the highest first; undefined when it is not all there or no safe integer. */
function numberAt(bytes: Buffer, at: number, width: number): number | undefined {
  if (at + width > bytes.length) return undefined;
  let value = 0;
  for (const byte of bytes.subarray(at, at + width)) value = value * 256 + byte;
  return Number.isSafeInteger(value) ? value : undefined;
}
