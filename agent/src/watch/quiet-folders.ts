/**
 * Folders that are not watched because no program is in or below them: looked at now and then, all in one go. Kept as
 * one buffer in which each path says only how it differs from the one before, some 30 bytes a folder in the order of a
 * walk; as strings in a set they would be a hundred and more, of things that nobody asks for by name.
 */
export interface QuietFolder {
  path: string;
  /** See markOf. */
  mark: number;
}

const FIRST_BYTES = 4096;
/** Two lengths of 16 bits and the mark. A path has at most 4,096 bytes. */
const FRAME_BYTES = 8;

export class QuietFolders {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;
  #last = '';
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `key`: see folderKey. */
  add(path: string, key: string): void {
    const shared = sharedLength(this.#last, path);
    const suffix = path.slice(shared);
    const bytes = Buffer.byteLength(suffix);
    this.#makeRoom(FRAME_BYTES + bytes);
    let at = this.#bytes.writeUInt16LE(shared, this.#used);
    at = this.#bytes.writeUInt16LE(bytes, at);
    at = this.#bytes.writeUInt32LE(markOf(key), at);
    this.#used = at + this.#bytes.write(suffix, at);
    this.#last = path;
    this.#size++;
  }

  /** All that were added until now, at most `most` at a time. */
  *batches(most: number): Iterable<QuietFolder[]> {
    const end = this.#used;
    let batch: QuietFolder[] = [];
    let path = '';
    for (let at = 0; at < end; ) {
      const shared = this.#bytes.readUInt16LE(at);
      const from = at + FRAME_BYTES;
      const mark = this.#bytes.readUInt32LE(at + 4);
      at = from + this.#bytes.readUInt16LE(at + 2);
      path = path.slice(0, shared) + this.#bytes.toString('utf8', from, at);
      batch.push({ path, mark });
      if (batch.length >= most) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#used + bytes, Math.ceil(this.#bytes.length * 1.5)));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}

/** 32 bits of a folder's key: another folder in its place has another mark but for one time in four thousand million. */
export function markOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Code units that both begin with, never half of a pair. */
function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let shared = 0;
  while (shared < most && one.charCodeAt(shared) === other.charCodeAt(shared)) shared++;
  const last = shared > 0 ? other.charCodeAt(shared - 1) : 0;
  return last >= 0xd800 && last <= 0xdbff ? shared - 1 : shared;
}
