/**
 * What `reg query KEY /s` prints, one line after the other: a line with a key's name, then its values, each as
 * `    name    REG_TYPE    data`. Pure, never throws. Tried with published outputs; not run on Windows.
 */
export interface RegistryKey {
  name: string;
  /** Data by the value's name in lower case. */
  values: Map<string, string>;
}

const VALUE = /^ {4}(.+?) {4}REG_[A-Z_]+(?: {4}(.*))?$/;
/** Programs have some thirty; beyond this they are left out, which is told once for a key. */
const MOST_VALUES = 1_000;

export class RegistryReading {
  readonly #onLeftOut: () => void;
  #key: RegistryKey | undefined;
  #leavesOut = false;

  constructor(onLeftOut: () => void) {
    this.#onLeftOut = onLeftOut;
  }

  /** The key that has come to its end with this line, if one has. */
  line(text: string): RegistryKey | undefined {
    const line = text.replace(/\r$/, '');
    if (line.startsWith('HKEY_')) {
      const ended = this.#key;
      this.#key = { name: line, values: new Map() };
      this.#leavesOut = false;
      return ended;
    }
    const [, name, data = ''] = VALUE.exec(line) ?? [];
    if (name === undefined || !this.#key) return undefined;
    if (this.#key.values.size < MOST_VALUES) this.#key.values.set(name.toLowerCase(), data);
    else if (!this.#leavesOut) {
      this.#leavesOut = true;
      this.#onLeftOut();
    }
    return undefined;
  }

  /** The last key. */
  end(): RegistryKey | undefined {
    const ended = this.#key;
    this.#key = undefined;
    return ended;
  }
}
