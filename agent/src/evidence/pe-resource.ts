/**
 * Finds one resource in a PE image. Resources are a tree of exactly three levels (kind, name, language), so
 * directories that point at themselves or at each other end after three steps. "PE Format", section "The .rsrc Section".
 */
import type { BoundedReader } from './bounded-reader.ts';
import { type PeImage, RESOURCE_TABLE } from './pe-image.ts';

export interface ResourcePlace {
  /** Offset in the file. */
  at: number;
  /** Bytes, as the file claims. */
  size: number;
}

interface Entry {
  /** Kind, name or language; above 2^31 when a text stands in its place. */
  id: number;
  isDirectory: boolean;
  /** Where the next directory, or the description of the data, lies: bytes from the beginning of the tree. */
  target: number;
}

/** Of one directory; real ones have dozens. What lies behind this many is not looked at. */
const MOST_ENTRIES = 1024;
const HEAD_BYTES = 16;
const ENTRY_BYTES = 8;
const DIRECTORY_FLAG = 0x80000000;

/**
 * The resource of this kind and name, or of the kind's first name when there is no such name, in the language with the
 * lowest rank (Windows language identifiers; the first in the tree among equals).
 */
export function findResource(
  reader: BoundedReader,
  image: PeImage,
  { kind, name }: { kind: number; name: number },
  rankOf: (language: number) => number,
): ResourcePlace | undefined {
  const table = image.tables.get(RESOURCE_TABLE);
  const tree = table && image.fileOffset(table.address);
  if (tree === undefined) return undefined;
  const below = (target: number, wantDirectories: boolean): Entry[] =>
    directory(reader, tree + target).filter(({ isDirectory }) => isDirectory === wantDirectories);

  const ofKind = below(0, true).find(({ id }) => id === kind);
  const names = ofKind ? below(ofKind.target, true) : [];
  const named = names.find(({ id }) => id === name) ?? names[0];
  const languages = named ? below(named.target, false) : [];
  const chosen = languages.sort((one, other) => rankOf(one.id) - rankOf(other.id))[0];
  const description = chosen && reader.part(tree + chosen.target, HEAD_BYTES);
  const at = description && image.fileOffset(description.readUInt32LE(0));
  return at === undefined ? undefined : { at, size: description?.readUInt32LE(4) ?? 0 };
}

function directory(reader: BoundedReader, at: number): Entry[] {
  const head = reader.part(at, HEAD_BYTES);
  if (!head) return [];
  const count = reader.limits.atMost(head.readUInt16LE(12) + head.readUInt16LE(14), MOST_ENTRIES);
  const bytes = reader.upTo(at + HEAD_BYTES, count * ENTRY_BYTES);
  return Array.from({ length: Math.floor(bytes.length / ENTRY_BYTES) }, (_, index) => {
    const target = bytes.readUInt32LE(index * ENTRY_BYTES + 4);
    return {
      id: bytes.readUInt32LE(index * ENTRY_BYTES),
      isDirectory: target >= DIRECTORY_FLAG,
      target: target % DIRECTORY_FLAG,
    };
  });
}
