/**
 * What one package header of an rpm database says: `entries (u32) | data bytes (u32) | entries of tag, type, offset,
 * count (u32 each) | data`, all big-endian, as rpm's manual describes it ("RPM V4 Package format", section Header).
 * Pure. Input may be damaged: every count and offset is checked against the bytes there are, and what does not make
 * sense is left out. Never throws.
 */
import type { PackageOwner } from '../package-owner.ts';
import { withoutMailAddress } from './vendor-name.ts';

const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  architecture: 1022,
  fileStates: 1029,
  fileModes: 1030,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(TAG));

const TYPE = { char: 1, int16: 3, int32: 4, text: 6, textArray: 8, translatedText: 9 } as const;
/** rpm's own limit. */
const MOST_ENTRIES = 65_535;
const ENTRY_BYTES = 16;
const LONGEST_TEXT_BYTES = 4096;

const FILE_KIND = 0o170000;
const REGULAR_FILE = 0o100000;
/** Others were replaced by another package, left out, or are another architecture's. */
const STATE_INSTALLED = 0;

interface Entry {
  type: number;
  /** In the whole header. */
  at: number;
  count: number;
}

export class RpmHeader {
  readonly #onTooLong: () => void;
  readonly #bytes: Buffer;
  readonly #entries = new Map<number, Entry>();

  /** `onTooLong`: a text is beyond the limit, and with it the rest of its list. */
  constructor(header: Uint8Array, onTooLong: () => void = () => {}) {
    this.#onTooLong = onTooLong;
    this.#bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
    if (header.length < 8) return;
    const entries = this.#bytes.readUInt32BE(0);
    const dataAt = 8 + entries * ENTRY_BYTES;
    if (entries > MOST_ENTRIES || dataAt > header.length) return;
    for (let at = 8; at < dataAt; at += ENTRY_BYTES) this.#note(at, dataAt);
  }

  #note(at: number, dataAt: number): void {
    const tag = this.#bytes.readUInt32BE(at);
    if (!WANTED.has(tag)) return;
    const type = this.#bytes.readUInt32BE(at + 4);
    const offset = this.#bytes.readUInt32BE(at + 8);
    this.#entries.set(tag, { type, at: dataAt + offset, count: this.#bytes.readUInt32BE(at + 12) });
  }

  /** undefined: it has no name or version, so nobody could be told what it is. */
  owner(): PackageOwner | undefined {
    const name = this.#text(TAG.name);
    const version = this.#text(TAG.version);
    const release = this.#text(TAG.release);
    if (!name || !version || !release) return undefined;
    const [epoch] = this.#numbers(TAG.epoch, TYPE.int32);
    return {
      manager: 'rpm',
      name,
      version: `${epoch ? `${epoch}:` : ''}${version}-${release}`,
      architecture: this.#text(TAG.architecture),
      vendor: withoutMailAddress(this.#text(TAG.vendor)),
    };
  }

  /** Absolute paths of the regular files that this package has on the disk. */
  *files(): Generator<string> {
    const folders = [...this.#texts(TAG.directoryNames)];
    const folderOf = this.#numbers(TAG.directoryIndexes, TYPE.int32);
    const modes = this.#numbers(TAG.fileModes, TYPE.int16);
    const states = this.#numbers(TAG.fileStates, TYPE.char);
    for (const baseName of this.#texts(TAG.baseNames)) {
      const folder = folders[folderOf.next().value ?? -1];
      const mode = modes.next().value ?? REGULAR_FILE;
      const state = states.next().value ?? STATE_INSTALLED;
      if (folder === undefined || (mode & FILE_KIND) !== REGULAR_FILE || state !== STATE_INSTALLED) continue;
      const path = folder + baseName;
      if (path.startsWith('/')) yield path;
    }
  }

  #text(tag: number): string | undefined {
    const entry = this.#entries.get(tag);
    if (entry?.type !== TYPE.text && entry?.type !== TYPE.translatedText) return undefined;
    return this.#textAt(entry.at)?.text;
  }

  *#texts(tag: number): Generator<string> {
    const entry = this.#entries.get(tag);
    if (entry?.type !== TYPE.textArray) return;
    let at = entry.at;
    for (let index = 0; index < entry.count; index++) {
      const found = this.#textAt(at);
      if (!found) return;
      at = found.next;
      yield found.text;
    }
  }

  *#numbers(tag: number, type: number): Generator<number, undefined> {
    const entry = this.#entries.get(tag);
    const width = type === TYPE.int32 ? 4 : type === TYPE.int16 ? 2 : 1;
    if (entry?.type !== type || entry.at < 0) return undefined;
    const end = entry.at + entry.count * width;
    for (let at = entry.at; at < end && at + width <= this.#bytes.length; at += width)
      yield this.#bytes.readUIntBE(at, width);
    return undefined;
  }

  /** Ended by a NUL; undefined when it does not end, or is too long for a path. */
  #textAt(at: number): { text: string; next: number } | undefined {
    if (at >= this.#bytes.length) return undefined;
    const end = this.#bytes.indexOf(0, at);
    if (end - at > LONGEST_TEXT_BYTES) this.#onTooLong();
    if (end < 0 || end - at > LONGEST_TEXT_BYTES) return undefined;
    return { text: this.#bytes.toString('utf8', at, end), next: end + 1 };
  }
}
