/**
 * Steps through DER (ITU-T X.690) by offset, reading only the heads of elements, so that what is not wanted may be as
 * large as it likes. Of BER it knows the indefinite length too, which signatures of macOS have around their
 * certificates. Just enough for certificates and signatures; never throws unless the reader does.
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
  /** Offsets in the file: of the tag, of the value, behind the value, and behind the element. */
  at: number;
  valueAt: number;
  end: number;
  /** Differs from `end` by the end mark of an indefinite length. */
  next: number;
}

const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;
/** Signatures have six levels of indefinite length. */
const MOST_INDEFINITE_LEVELS = 16;
const MOST_ELEMENTS = 1024;

/** The element at `at`, which lies before `end` as a whole; undefined when it does not, or makes no sense. */
export function derElement(reader: BoundedReader, at: number, end: number): DerElement | undefined {
  return elementAt(reader, at, end, 0);
}

function elementAt(reader: BoundedReader, at: number, end: number, level: number): DerElement | undefined {
  const head = reader.upTo(at, Math.min(6, end - at));
  const tag = head[0];
  const first = head[1];
  // Tags of several bytes do not occur here.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  if (first === INDEFINITE)
    return (tag & CONSTRUCTED) === 0 ? undefined : upToEndMark(reader, at, end, { tag, level });
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (lengthBytes > 4 || head.length < 2 + lengthBytes) return undefined;
  const length = lengthBytes === 0 ? first : head.readUIntBE(2, lengthBytes);
  const valueAt = at + 2 + lengthBytes;
  const valueEnd = valueAt + length;
  return valueEnd <= end ? { tag, at, valueAt, end: valueEnd, next: valueEnd } : undefined;
}

/** The value is a row of elements and goes on until two zero bytes stand where the next one would begin. */
function upToEndMark(
  reader: BoundedReader,
  at: number,
  end: number,
  { tag, level }: { tag: number; level: number },
): DerElement | undefined {
  if (reader.limits.exceeds(level + 1, MOST_INDEFINITE_LEVELS)) return undefined;
  const valueAt = at + 2;
  for (let next = valueAt, count = 0; !reader.limits.exceeds(count, MOST_ELEMENTS); count++) {
    const mark = reader.part(next, 2);
    if (!mark || next + 2 > end) return undefined;
    if (mark.readUInt16BE(0) === 0) return { tag, at, valueAt, end: next, next: next + 2 };
    const inner = elementAt(reader, next, end, level + 1);
    if (!inner) return undefined;
    next = inner.next;
  }
  return undefined;
}

/** All elements inside this one up to a limit of `most`, which is noted when there are more. */
export function* derElements(reader: BoundedReader, parent: DerElement, most: number): Generator<DerElement> {
  let end = parent.valueAt;
  for (const element of derChildren(reader, parent, most)) {
    yield element;
    end = element.next;
    most--;
  }
  if (most === 0 && end < parent.end) reader.limits.reached = true;
}

/** The first elements inside this one, at most `most`; ends early at what is not DER. */
export function* derChildren(reader: BoundedReader, parent: DerElement, most: number): Generator<DerElement> {
  let at = parent.valueAt;
  for (let count = 0; count < most && at < parent.end; count++) {
    const element = derElement(reader, at, parent.end);
    if (!element) return;
    yield element;
    at = element.next;
  }
}

/** The value's bytes, a copy; undefined when it is longer than `most` or not all there. */
export function derValue(
  reader: BoundedReader,
  element: DerElement | undefined,
  most: number,
): Buffer | undefined {
  if (!element) return undefined;
  const length = element.end - element.valueAt;
  // An identifier that is longer than those looked for is another one, and nothing is left out.
  if (element.tag === DER_OBJECT_IDENTIFIER ? length > most : reader.limits.exceeds(length, most))
    return undefined;
  const bytes = reader.part(element.valueAt, length);
  return bytes && Buffer.from(bytes);
}
