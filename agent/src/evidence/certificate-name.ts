/** The name by which a person knows the subject of a certificate (X.509, RFC 5280 section 4.1.2.4). */
import type { BoundedReader } from './bounded-reader.ts';
import {
  DER_OBJECT_IDENTIFIER,
  DER_SEQUENCE,
  DER_SET,
  type DerElement,
  derChildren,
  derElements,
  derValue,
} from './der.ts';

const COMMON_NAME = '550403';
const ORGANISATION = '55040a';
const MOST_NAME_PARTS = 64;
const MOST_TEXT_BYTES = 4096;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The common name, or the organisation where there is none; of several the last, which is the most specific. */
export function certificateName(reader: BoundedReader, name: DerElement): string | undefined {
  const found = new Map<string, string>();
  for (const part of derElements(reader, name, MOST_NAME_PARTS)) {
    if (part.tag !== DER_SET) continue;
    for (const pair of derElements(reader, part, MOST_NAME_PARTS)) {
      if (pair.tag !== DER_SEQUENCE) continue;
      const [kind, text] = [...derChildren(reader, pair, 2)];
      if (kind?.tag !== DER_OBJECT_IDENTIFIER || !text) continue;
      const key = derValue(reader, kind, 16)?.toString('hex');
      if (key !== COMMON_NAME && key !== ORGANISATION) continue;
      const value = derText(text.tag, derValue(reader, text, MOST_TEXT_BYTES))?.trim();
      if (value) found.set(key, value);
    }
  }
  return found.get(COMMON_NAME) ?? found.get(ORGANISATION);
}

function derText(tag: number, bytes: Buffer | undefined): string | undefined {
  if (!bytes) return undefined;
  switch (tag) {
    case 0x0c: // UTF8String
      try {
        return utf8.decode(bytes);
      } catch {
        return undefined;
      }
    case 0x13: // PrintableString
    case 0x14: // TeletexString; issuers put Latin-1 there
    case 0x16: // IA5String
      return bytes.toString('latin1');
    case 0x1e: // BMPString: UTF-16, highest byte first
      if (bytes.length % 2 !== 0) return undefined;
      return wellFormed(bytes.swap16().toString('utf16le'));
    default:
      return undefined;
  }
}

function wellFormed(text: string): string | undefined {
  return text.isWellFormed() ? text : undefined;
}
