/**
 * What a message may hold, checked on its bytes before it is decoded. A decoder makes an object for every
 * element, so one megabyte of empty sub-messages would make half a million objects; this walk makes none and
 * stops at the first element too many.
 *
 * It also refuses what a decoder would quietly change: integers beyond their type (2^53 decoded as 32 bits is
 * 0), singular fields that come twice, texts that are not UTF-8, groups. Fields it does not know are skipped, as
 * newer agents may send them, but bounded too.
 */
import { isUtf8 } from 'node:buffer';
import { Refusal } from '../validate/refusals.ts';

export type FieldRule = { name: string; repeated?: Repetition } & (
  | { type: 'uint32' | 'sint32' | 'bool' | 'enum' }
  | { type: 'bytes' | 'string'; maxBytes: number }
  | { type: 'message'; message: MessageRule }
);
export interface Repetition {
  /** In one parent message. */
  max: number;
}
/** By field number. */
export type MessageRule = Readonly<Record<number, FieldRule>>;

/** Fields unknown to this version, over the whole message. */
const MAX_UNKNOWN_FIELDS = 10_000;
/** Fields of any kind and packed values, over the whole message. */
const MAX_ELEMENTS = 1_000_000;

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
const NAMES: Readonly<Record<number, string>> = { 3: 'a group', 4: 'an end of group' };

/** Throws Refusal `message-malformed`, `elements-too-many` or `text-malformed`. */
export function checkWire(bytes: Uint8Array, rule: MessageRule, name: string): void {
  new WireWalk(bytes).message(rule, 0, bytes.length, name);
}

class WireWalk {
  readonly #bytes: Uint8Array;
  #at = 0;
  #elements = 0;
  #unknown = 0;
  /** The last varint: low 32 bits, and whether it has higher ones. */
  #low = 0;
  #wide = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(rule: MessageRule, start: number, end: number, name: string): void {
    this.#at = start;
    let counts: number[] | undefined;
    let seen = 0;
    while (this.#at < end) {
      this.#varint(end, name);
      if (this.#wide) malformed(`${name} has a field number beyond its range`);
      const [field, wireType] = [this.#low >>> 3, this.#low & 7];
      this.#count(1, name);
      const known = rule[field];
      if (!known) {
        this.#skipUnknown(field, wireType, end, name);
        continue;
      }
      if (known.repeated) {
        counts ??= [];
        const packed = this.#value(known, wireType, end, name);
        const count = (counts[field] ?? 0) + packed;
        if (count > known.repeated.max)
          throw new Refusal(
            'elements-too-many',
            `${name}.${known.name} has more than ${known.repeated.max} elements`,
          );
        counts[field] = count;
      } else {
        // Field numbers of this schema are below 32, so one integer remembers which were seen.
        if (seen & (1 << field)) malformed(`${name}.${known.name} comes twice`);
        seen |= 1 << field;
        this.#value(known, wireType, end, name);
      }
    }
    if (this.#at !== end) malformed(`${name} ends in the middle of a field`);
  }

  /** Walks over one value; returns how many elements it was (packed lists hold several). */
  #value(rule: FieldRule, wireType: number, end: number, parent: string): number {
    const packable = rule.repeated && rule.type === 'uint32' && wireType === DELIMITED;
    if (rule.type === 'message' || rule.type === 'bytes' || rule.type === 'string' || packable) {
      if (wireType !== DELIMITED) malformed(`${parent}.${rule.name} has the wrong wire type`);
      const stop = this.#delimited(end, parent);
      if (packable) return this.#packed(stop, rule.name);
      this.#content(rule, stop, parent);
      return 1;
    }
    if (wireType !== VARINT) malformed(`${parent}.${rule.name} has the wrong wire type`);
    this.#varint(end, parent);
    const most = rule.type === 'bool' ? 1 : rule.type === 'enum' ? 0x7fff_ffff : 0xffff_ffff;
    if (this.#wide || this.#low > most) malformed(`${parent}.${rule.name} does not fit its type`);
    return 1;
  }

  #content(rule: FieldRule, stop: number, parent: string): void {
    const start = this.#at;
    if (rule.type === 'message') this.message(rule.message, start, stop, rule.name);
    else if (rule.type === 'bytes' || rule.type === 'string') {
      const isText = rule.type === 'string';
      if (stop - start > rule.maxBytes)
        throw new Refusal(
          isText ? 'text-malformed' : 'elements-too-many',
          `${parent}.${rule.name} has ${stop - start} bytes, allowed are ${rule.maxBytes}`,
        );
      if (isText && !isUtf8(this.#bytes.subarray(start, stop)))
        throw new Refusal('text-malformed', `${parent}.${rule.name} is not UTF-8`);
    }
    this.#at = stop;
  }

  #packed(stop: number, name: string): number {
    let count = 0;
    while (this.#at < stop) {
      this.#varint(stop, name);
      if (this.#wide) malformed(`${name} holds a value that does not fit its type`);
      this.#count(1, name);
      count += 1;
    }
    return count;
  }

  #skipUnknown(field: number, wireType: number, end: number, name: string): void {
    this.#unknown += 1;
    if (this.#unknown > MAX_UNKNOWN_FIELDS)
      throw new Refusal('elements-too-many', `more than ${MAX_UNKNOWN_FIELDS} unknown fields`);
    if (field === 0) malformed(`${name} has a field number 0`);
    if (wireType === VARINT) this.#varint(end, name);
    else if (wireType === FIXED64) this.#at += 8;
    else if (wireType === FIXED32) this.#at += 4;
    else if (wireType === DELIMITED) this.#at = this.#delimited(end, name);
    else malformed(`${name} holds ${NAMES[wireType] ?? 'an unknown wire type'}`);
    if (this.#at > end) malformed(`${name} ends in the middle of a field`);
  }

  #count(elements: number, name: string): void {
    this.#elements += elements;
    if (this.#elements > MAX_ELEMENTS)
      throw new Refusal('elements-too-many', `more than ${MAX_ELEMENTS} elements, the last in ${name}`);
  }

  /** Reads a length; returns where its content ends. */
  #delimited(end: number, name: string): number {
    this.#varint(end, name);
    const stop = this.#at + this.#low;
    if (this.#wide || stop > end) malformed(`${name} ends in the middle of a field`);
    return stop;
  }

  #varint(end: number, name: string): void {
    let low = 0;
    let wide = false;
    for (let index = 0; index < 10; index++) {
      if (this.#at >= end) malformed(`${name} ends in the middle of a field`);
      const byte = this.#bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        wide ||= bits > 0x0f;
      } else wide ||= bits !== 0;
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#wide = wide;
        return;
      }
    }
    malformed(`${name} holds an integer of more than ten bytes`);
  }
}

function malformed(detail: string): never {
  throw new Refusal('message-malformed', detail);
}
