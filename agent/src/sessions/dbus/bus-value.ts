/**
 * Values as D-Bus lays them out in a message. Pure, and bounded by the message: every loop takes at least one byte or ends, and
 * types do not nest deeper than the specification allows.
 * Source: D-Bus specification, "Marshaling (Wire Format)".
 */
import { NotUnderstood } from './not-understood.ts';

/** Numbers of 64 bits lose what a double cannot hold. A structure is the list of its fields, a dictionary a list of pairs. */
export type BusValue = boolean | number | string | readonly BusValue[];

const MOST_NESTED = 32;
const MOST_SIGNATURE = 255;
/** Bytes at a multiple of which a type begins. */
const ALIGNMENT: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, s: 4, o: 4, a: 4 },
  ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
};

/** Reads from `at` on; offsets count from the beginning of the message, as alignment does. */
export class BusValueReader {
  at: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #isLittle: boolean;

  constructor(bytes: Buffer, at: number, isLittle: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
    this.#isLittle = isLittle;
  }

  /** All values of a signature. Throws NotUnderstood. */
  readAll(signature: string): BusValue[] {
    const values: BusValue[] = [];
    for (let type = 0; type < signature.length; type = typeEnd(signature, type))
      values.push(this.#read(signature, type, 0));
    return values;
  }

  align(to: number): void {
    this.at = Math.ceil(this.at / to) * to;
  }

  #read(signature: string, type: number, depth: number): BusValue {
    if (depth > MOST_NESTED) throw new NotUnderstood('values nested too deeply');
    const code = signature.charAt(type);
    this.align(ALIGNMENT[code] ?? 1);
    switch (code) {
      case 'y':
        return this.#view.getUint8(this.#take(1));
      case 'n':
        return this.#view.getInt16(this.#take(2), this.#isLittle);
      case 'q':
        return this.#view.getUint16(this.#take(2), this.#isLittle);
      case 'b':
        return this.#uint32() !== 0;
      case 'i':
        return this.#view.getInt32(this.#take(4), this.#isLittle);
      case 'u':
      case 'h':
        return this.#uint32();
      case 'x':
        return Number(this.#view.getBigInt64(this.#take(8), this.#isLittle));
      case 't':
        return Number(this.#view.getBigUint64(this.#take(8), this.#isLittle));
      case 'd':
        return this.#view.getFloat64(this.#take(8), this.#isLittle);
      case 's':
      case 'o':
        return this.#text(this.#uint32());
      case 'g':
        return this.#text(this.#view.getUint8(this.#take(1)));
      case 'v':
        return this.#variant(depth);
      case 'a':
        return this.#array(signature, type + 1, depth);
      default:
        return this.#fields(signature, type, depth);
    }
  }

  #variant(depth: number): BusValue {
    const signature = this.#text(this.#view.getUint8(this.#take(1)));
    if (typeEnd(signature, 0) !== signature.length) throw new NotUnderstood('a variant of several types');
    return this.#read(signature, 0, depth + 1);
  }

  #array(signature: string, element: number, depth: number): BusValue[] {
    const length = this.#uint32();
    this.align(ALIGNMENT[signature.charAt(element)] ?? 1);
    const end = this.at + length;
    if (end > this.#bytes.length) throw new NotUnderstood('an array beyond its message');
    const values: BusValue[] = [];
    while (this.at < end) values.push(this.#read(signature, element, depth + 1));
    if (this.at !== end) throw new NotUnderstood('an array that ends within an element');
    return values;
  }

  #fields(signature: string, type: number, depth: number): BusValue[] {
    const end = typeEnd(signature, type) - 1;
    const values: BusValue[] = [];
    for (let field = type + 1; field < end; field = typeEnd(signature, field))
      values.push(this.#read(signature, field, depth + 1));
    return values;
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), this.#isLittle);
  }

  /** Ends with a zero that its length does not count. */
  #text(length: number): string {
    const at = this.#take(length + 1);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #take(length: number): number {
    const at = this.at;
    if (at + length > this.#bytes.length) throw new NotUnderstood('a value beyond its message');
    this.at = at + length;
    return at;
  }
}

/** Where the complete type that begins at `type` ends. Throws NotUnderstood when none begins there. */
function typeEnd(signature: string, type: number, depth = 0): number {
  if (depth > MOST_NESTED || signature.length > MOST_SIGNATURE)
    throw new NotUnderstood('a type that is too long or nested too deeply');
  const code = signature.charAt(type);
  if (code === 'a') return typeEnd(signature, type + 1, depth + 1);
  const close = code === '(' ? ')' : code === '{' ? '}' : undefined;
  if (close === undefined) {
    if (!(code in ALIGNMENT)) throw new NotUnderstood('an unknown type');
    return type + 1;
  }
  let at = type + 1;
  do at = typeEnd(signature, at, depth + 1);
  while (signature.charAt(at) !== close);
  return at + 1;
}
