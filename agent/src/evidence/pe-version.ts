/**
 * The version information of a PE image: the resource VS_VERSIONINFO ("Version Information" in Microsoft's Win32
 * documentation), a tree of nodes `length, value length, type (16 bit each), key, value, children`, each padded to 4
 * bytes. Of several languages English is taken, so that a program in many languages has one name in a fleet.
 */
import type { BoundedReader } from './bounded-reader.ts';
import type { PeImage } from './pe-image.ts';
import { findResource } from './pe-resource.ts';

export interface VersionInformation {
  productName?: string | undefined;
  productVersion?: string | undefined;
  companyName?: string | undefined;
  fileDescription?: string | undefined;
  /** The name the file was built with, without folders. */
  originalName?: string | undefined;
}

/** Kind RT_VERSION; Windows looks for name 1. */
const VERSION_RESOURCE = { kind: 16, name: 1 };
/** The root's own length is 16 bits wide. */
const MOST_BYTES = 65_535;
const HEAD_BYTES = 6;
const FIXED_SIGNATURE = 0xfeef04bd;
const FIXED_BYTES = 52;

interface Node {
  /** Lower case: Windows looks keys up without regard to case. */
  key: string;
  hasValue: boolean;
  valueAt: number;
  /** Where the children begin when the node's value is as long as it says. */
  childrenAt: number;
  end: number;
}

export function versionInformation(reader: BoundedReader, image: PeImage): VersionInformation {
  const place = findResource(reader, image, VERSION_RESOURCE, languageRank);
  if (!place) return {};
  return parseVersionInformation(reader.upTo(place.at, reader.limits.atMost(place.size, MOST_BYTES)));
}

/** Pure. Fields that are empty, or not Unicode, are missing. */
export function parseVersionInformation(bytes: Buffer): VersionInformation {
  const root = nodeAt(bytes, 0, bytes.length);
  if (root?.key !== 'vs_version_info') return {};
  const tables = [...childrenOf(bytes, root)]
    .filter(({ key }) => key === 'stringfileinfo')
    .flatMap((strings) => [...childrenOf(bytes, strings)])
    .sort((one, other) => languageRank(tableLanguage(one.key)) - languageRank(tableLanguage(other.key)))
    .map((table) => stringsOf(bytes, table));
  // Translators leave fields out; what one table does not say, the next may.
  const field = (key: string): string | undefined => tables.find((strings) => strings.has(key))?.get(key);
  return {
    productName: field('productname'),
    productVersion: field('productversion') ?? fixedProductVersion(bytes, root),
    companyName: field('companyname'),
    fileDescription: field('filedescription'),
    originalName: withoutFolders(field('originalfilename')),
  };
}

/** American English, other English, no language, then the rest as the file orders it. */
function languageRank(language: number): number {
  if (language === 0x0409) return 0;
  if ((language & 0x3ff) === 0x09) return 1;
  return language === 0 ? 2 : 3;
}

/** A table's key is eight hexadecimal digits: language, then code page. */
function tableLanguage(key: string): number {
  return /^[0-9a-f]{8}$/.test(key) ? Number.parseInt(key.slice(0, 4), 16) : 0xffff;
}

function stringsOf(bytes: Buffer, table: Node): Map<string, string> {
  const strings = new Map<string, string>();
  for (const node of childrenOf(bytes, table)) {
    // Linkers disagree whether a value's length counts bytes or characters, so its end is its NUL.
    const value = node.hasValue ? textAt(bytes, node.valueAt, node.end).text.trim() : '';
    if (value !== '' && value.isWellFormed() && !strings.has(node.key)) strings.set(node.key, value);
  }
  return strings;
}

/** Four numbers; 0.0.0.0 says nothing. */
function fixedProductVersion(bytes: Buffer, root: Node): string | undefined {
  const at = root.valueAt;
  if (!root.hasValue || at + FIXED_BYTES > root.end || bytes.readUInt32LE(at) !== FIXED_SIGNATURE)
    return undefined;
  const numbers = [18, 16, 22, 20].map((offset) => bytes.readUInt16LE(at + offset));
  return numbers.some((number) => number !== 0) ? numbers.join('.') : undefined;
}

/** A path in its place would name a folder of whoever built the file. */
function withoutFolders(name: string | undefined): string | undefined {
  return name?.split(/[\\/]/).at(-1)?.trim() || undefined;
}

/** Children lie within their parent and behind each other, so the whole tree is read in one pass. */
function* childrenOf(bytes: Buffer, parent: Node): Generator<Node> {
  let at = parent.childrenAt;
  for (;;) {
    const node = nodeAt(bytes, at, parent.end);
    if (!node) return;
    yield node;
    at = padded(node.end);
  }
}

function nodeAt(bytes: Buffer, at: number, parentEnd: number): Node | undefined {
  if (at + HEAD_BYTES > parentEnd) return undefined;
  const length = bytes.readUInt16LE(at);
  if (length < HEAD_BYTES) return undefined;
  const end = Math.min(at + length, parentEnd);
  const valueLength = bytes.readUInt16LE(at + 2);
  const isText = bytes.readUInt16LE(at + 4) === 1;
  const key = textAt(bytes, at + HEAD_BYTES, end);
  const valueAt = padded(key.end);
  return {
    key: key.text.toLowerCase(),
    hasValue: valueLength > 0,
    valueAt,
    childrenAt: padded(valueAt + valueLength * (isText ? 2 : 1)),
    end,
  };
}

/** UTF-16 up to its NUL or the end; `end` is behind the NUL. */
function textAt(bytes: Buffer, at: number, end: number): { text: string; end: number } {
  let stop = at;
  while (stop + 2 <= end && bytes.readUInt16LE(stop) !== 0) stop += 2;
  return { text: at < stop ? bytes.toString('utf16le', at, stop) : '', end: stop + 2 };
}

function padded(at: number): number {
  return Math.ceil(at / 4) * 4;
}
