/**
 * Inflating payloads of a zstd frame (RFC 8878) that says how long its content is. A decoder in WebAssembly, since
 * the runtime's own makes and frees a context of 130 kB for every call, which costs a small report ten times as much;
 * and bytes of strangers cannot reach beyond the decoder's memory.
 */
import { ZSTDDecoder } from 'zstddec';

const decoder = new ZSTDDecoder();
await decoder.init();

/** Why a payload was not inflated, in the words of the refusals. */
export class PayloadError extends Error {
  override name = 'PayloadError';
  readonly fault: 'payload-too-large' | 'payload-malformed';
  constructor(fault: PayloadError['fault'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** The content of one frame, or of several that say together what the first says alone. Throws PayloadError. */
export function inflatePayload(payload: Uint8Array, maxBytes: number): Buffer {
  const size = contentSize(payload);
  if (size === undefined)
    throw new PayloadError('payload-malformed', 'the payload is not a zstd frame that says how long it is');
  if (size > maxBytes)
    throw new PayloadError(
      'payload-too-large',
      `the payload inflates to ${size} bytes, more than ${maxBytes}`,
    );
  // A length of nothing means "unknown" to the decoder, and no message is empty.
  const content = size === 0 ? undefined : decoded(payload, Number(size));
  if (content?.length !== Number(size))
    throw new PayloadError('payload-malformed', 'the payload does not inflate to what it says');
  return Buffer.from(content.buffer, content.byteOffset, content.length);
}

function decoded(payload: Uint8Array, size: number): Uint8Array {
  try {
    // What does not decode, or not into so many bytes, comes back with another length.
    return decoder.decode(payload, size);
  } catch (cause) {
    throw new PayloadError('payload-malformed', 'the payload cannot be inflated', { cause });
  }
}

const MAGIC = 0xfd2fb528;
const MAGIC_BYTES = 4;

/** Frame_Content_Size of RFC 8878, 3.1.1.1; undefined when these bytes are no frame or it says none. */
function contentSize(frame: Uint8Array): number | bigint | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.byteLength <= MAGIC_BYTES || view.getUint32(0, true) !== MAGIC) return undefined;
  const descriptor = view.getUint8(MAGIC_BYTES);
  const singleSegment = (descriptor & 0b10_0000) !== 0;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 0b11] as number;
  const at = MAGIC_BYTES + 1 + (singleSegment ? 0 : 1) + dictionaryIdBytes;
  const bytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if (bytes === 0 || at + bytes > view.byteLength) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : view.getBigUint64(at, true);
}
