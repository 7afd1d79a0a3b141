/** Reads an answer in RowBinary: rows without names or types, integers little-endian, lengths in LEB128. */
export class RowBinaryReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  uint64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64LE(this.#at - 8);
  }

  string(): string {
    const length = this.#length();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  uint32Array(): Uint32Array {
    const values = new Uint32Array(this.#length());
    new Uint8Array(values.buffer).set(this.#bytes.subarray(this.#at, this.#at + values.byteLength));
    this.#at += values.byteLength;
    return values;
  }

  #length(): number {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      length |= (byte & 127) << shift;
      if (byte < 128) return length;
    }
  }
}
