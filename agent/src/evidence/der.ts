/**
 * Steps through DER (ITU-T X.690) by offset, reading only the heads of elements, so that what is not wanted may be as
 * large as it likes. Just enough for certificates and signatures; never throws unless the reader does.
 */
import type { BoundedReader } from './bounded-reader.ts';

export const DER_INTEGER = 0x02;
export const DER_OBJECT_IDENTIFIER = 0x06;
export const DER_SEQUENCE = 0x30;
export const DER_SET = 0x31;
/** Context-specific and constructed: `[0]`, `[1]`. */
export const DER_CONTEXT_0 = 0xa0;
export const DER_CONTEXT_1 = 0xa1;

export interface DerElement {
  tag: number;
  /** Offsets in the file: of the tag, of the value, and behind the value. */
  at: number;
  valueAt: number;
  end: number;
}

/** The element at `at`, which lies before `end` as a whole; undefined when it does not, or is not DER. */
export function derElement(reader: BoundedReader, at: number, end: number): DerElement | undefined {
  const head = reader.upTo(at, Math.min(6, end - at));
  const tag = head[0];
  const first = head[1];
  // Tags of several bytes do not occur here, and an indefinite length (0x80) is not DER.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || lengthBytes > 4 || head.length < 2 + lengthBytes) return undefined;
  const length = lengthBytes === 0 ? first : head.readUIntBE(2, lengthBytes);
  const valueAt = at + 2 + lengthBytes;
  return valueAt + length <= end ? { tag, at, valueAt, end: valueAt + length } : undefined;
}

/** The elements inside this one, at most `most`; ends early at what is not DER. */
export function* derChildren(reader: BoundedReader, parent: DerElement, most: number): Generator<DerElement> {
  let at = parent.valueAt;
  for (let count = 0; count < most && at < parent.end; count++) {
    const element = derElement(reader, at, parent.end);
    if (!element) return;
    yield element;
    at = element.end;
  }
}

/** The value's bytes, a copy; undefined when it is longer than `most` or not all there. */
export function derValue(
  reader: BoundedReader,
  element: DerElement | undefined,
  most: number,
): Buffer | undefined {
  if (!element || element.end - element.valueAt > most) return undefined;
  const bytes = reader.part(element.valueAt, element.end - element.valueAt);
  return bytes && Buffer.from(bytes);
}
