/**
 * Executables whose undescribed row was written since this process started, one bit each. The row makes an
 * installation visible before anybody describes the executable; once is enough, and thousands of devices name the
 * same thousands within minutes. After a restart it is written again, which changes nothing.
 */
export class AnnouncedExecutables {
  #bits = new Uint8Array(1 << 13);

  has(executableNo: number): boolean {
    return (((this.#bits[executableNo >>> 3] ?? 0) >>> (executableNo & 7)) & 1) === 1;
  }

  /** Call it when the rows are on stable storage. */
  add(executableNos: Iterable<number>): void {
    for (const executableNo of executableNos) {
      const byte = executableNo >>> 3;
      if (byte >= this.#bits.length) {
        const larger = new Uint8Array(Math.max(byte + 1, this.#bits.length * 2));
        larger.set(this.#bits);
        this.#bits = larger;
      }
      this.#bits[byte] = (this.#bits[byte] as number) | (1 << (executableNo & 7));
    }
  }
}
