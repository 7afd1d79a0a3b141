/**
 * Executable ids and lists of them. An id is an unsigned 64-bit value. It is never a JavaScript number, which
 * would round it: as text it is 16 lower-case hex digits, in a list on the wire it is 8 bytes little-endian.
 */

/** 16 lower-case hex digits; text order is numeric order. */
export type ExecutableId = string;

const ID_BYTES = 8;

/** The id at `offset` of bytes that hold it big-endian, as a hash does. */
export function executableIdFromBytes(bytes: Uint8Array, offset = 0): ExecutableId {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, ID_BYTES).toString('hex');
}

/** The id at this position of a list as it is on the wire. */
export function executableIdAt(list: Uint8Array, position: number): ExecutableId {
  const view = new DataView(list.buffer, list.byteOffset + position * ID_BYTES, ID_BYTES);
  const half = (at: number): string => view.getUint32(at, true).toString(16).padStart(8, '0');
  return half(4) + half(0);
}

/** Packs ids as little-endian bytes, ascending and unique whatever the order of the input. */
export function encodeIdList(ids: Iterable<ExecutableId>): Uint8Array {
  const sorted = [...new Set(ids)].sort();
  const bytes = Buffer.alloc(sorted.length * ID_BYTES);
  sorted.forEach((id, index) => {
    bytes.writeBigUInt64LE(BigInt(`0x${id}`), index * ID_BYTES);
  });
  return bytes;
}

/** Unpacks a list that `idListFault` found no fault in. */
export function decodeIdList(bytes: Uint8Array): ExecutableId[] {
  return Array.from(viewIdList(bytes), formatExecutableId);
}

/** The list as 64-bit values without copying where alignment allows it (a decoded message often does not). */
export function viewIdList(bytes: Uint8Array): BigUint64Array {
  const aligned = bytes.byteOffset % ID_BYTES === 0 ? bytes : Uint8Array.from(bytes);
  return new BigUint64Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / ID_BYTES));
}

/** Why these bytes are not an ascending list of unique ids, or undefined when they are. */
export function idListFault(bytes: Uint8Array): 'length' | 'order' | undefined {
  if (bytes.length % ID_BYTES !== 0) return 'length';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let previousHigh = -1;
  let previousLow = -1;
  // Two 32-bit halves: comparing BigInts here would make 2,000 garbage objects a report.
  for (let at = 0; at < bytes.length; at += ID_BYTES) {
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    if (high < previousHigh || (high === previousHigh && low <= previousLow)) return 'order';
    previousHigh = high;
    previousLow = low;
  }
  return undefined;
}

export function formatExecutableId(value: bigint): ExecutableId {
  return value.toString(16).padStart(16, '0');
}
