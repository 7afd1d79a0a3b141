/**
 * The files that a list of dpkg names, found as bytes: a computer's lists name a hundred thousand, and texts are made of
 * hardly any. Folders are left out; a list names them before what is in them.
 */
const NEWLINE = 0x0a;
const SLASH = 0x2f;

export class ListedFiles {
  readonly bytes: Buffer;
  /** Of the file that `next` found, in `bytes`. */
  start = 0;
  end = 0;
  #from = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** False: there is none any more. */
  next(): boolean {
    const { bytes } = this;
    while (this.#from < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, this.#from);
      this.start = this.#from;
      this.end = newline < 0 ? bytes.length : newline;
      this.#from = this.end + 1;
      if (this.end > this.start && !this.#isFolder()) return true;
    }
    return false;
  }

  path(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }

  /** The next line begins with this one and a slash. */
  #isFolder(): boolean {
    const { bytes, start, end } = this;
    const length = end - start;
    if (bytes[this.#from + length] !== SLASH) return false;
    for (let at = length - 1; at >= 0; at--) if (bytes[start + at] !== bytes[this.#from + at]) return false;
    return true;
  }
}

/** Texts among which those of some bytes are not, told without making a text of them; some others pass too. */
export class FewTexts {
  readonly #ends = new Set<number>();

  constructor(texts: Iterable<string>) {
    for (const text of texts) {
      const bytes = Buffer.from(text);
      this.#ends.add(endOf(bytes, 0, bytes.length));
    }
  }

  mayHave(bytes: Buffer, start: number, end: number): boolean {
    return this.#ends.has(endOf(bytes, start, end));
  }
}

/** Its length and its last two bytes. */
function endOf(bytes: Buffer, start: number, end: number): number {
  return ((end - start) << 16) | ((bytes[end - 1] ?? 0) << 8) | (bytes[end - 2] ?? 0);
}
