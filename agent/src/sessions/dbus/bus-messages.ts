/**
 * Messages of D-Bus: calls whose arguments are texts are written, and what comes back is cut into messages and read. Pure.
 * Source: D-Bus specification, "Message Format".
 */
import { type BusValue, BusValueReader } from './bus-value.ts';
import { NotUnderstood } from './not-understood.ts';

export interface BusCall {
  destination: string;
  path: string;
  interface: string;
  member: string;
  arguments: readonly string[];
}

/** An answer, or a failure that has a name. */
export interface BusReply {
  /** Of the call that is answered. */
  serial: number;
  /** Undefined: the call succeeded. */
  error: string | undefined;
  values: readonly BusValue[];
}

/** The specification allows far more; what is asked for here takes a few KiB. */
export const MOST_MESSAGE_BYTES = 64 * 1024;
const FIXED_HEAD_BYTES = 16;
const LITTLE = 'l'.charCodeAt(0);
const BIG = 'B'.charCodeAt(0);
const PROTOCOL = 1;
const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const ERROR = 3;
/** Who is not running need not be started for us. */
const NO_AUTO_START = 2;
const FIELD = { path: 1, interface: 2, member: 3, error: 4, replySerial: 5, destination: 6, signature: 8 };

export function encodeCall(call: BusCall, serial: number): Buffer {
  const body = new BusTextWriter();
  for (const argument of call.arguments) body.text(argument);
  const fields = new BusTextWriter();
  fields.field(FIELD.path, 'o', call.path);
  fields.field(FIELD.interface, 's', call.interface);
  fields.field(FIELD.member, 's', call.member);
  fields.field(FIELD.destination, 's', call.destination);
  if (call.arguments.length > 0) fields.field(FIELD.signature, 'g', 's'.repeat(call.arguments.length));
  const head = Buffer.alloc(FIXED_HEAD_BYTES);
  head.set([LITTLE, METHOD_CALL, NO_AUTO_START, PROTOCOL]);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(fields.length, 12);
  fields.align(8);
  return Buffer.concat([head, fields.bytes(), body.bytes()]);
}

/** Undefined: a signal or a call, which nobody here waits for. Throws NotUnderstood. */
export function decodeReply(message: Buffer): BusReply | undefined {
  const type = message[1];
  if (type !== METHOD_RETURN && type !== ERROR) return undefined;
  const reader = new BusValueReader(message, FIXED_HEAD_BYTES - 4, message[0] === LITTLE);
  const [fields] = reader.readAll('a(yv)') as [readonly (readonly [number, BusValue])[]];
  const field = (code: number): BusValue | undefined => fields.find(([each]) => each === code)?.[1];
  const serial = field(FIELD.replySerial);
  const error = type === ERROR ? field(FIELD.error) : undefined;
  const signature = field(FIELD.signature) ?? '';
  if (typeof serial !== 'number' || typeof signature !== 'string')
    throw new NotUnderstood('an answer without a question');
  if (type === ERROR && typeof error !== 'string') throw new NotUnderstood('a failure without a name');
  reader.align(8);
  return { serial, error: error as string | undefined, values: reader.readAll(signature) };
}

/** Collects what arrives until a message is whole. */
export class BusMessageCutter {
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes that have to be there before there is anything to do. */
  #wanted = FIXED_HEAD_BYTES;

  /** The messages that are whole now. Throws NotUnderstood. */
  *cut(piece: Buffer): Generator<Buffer> {
    this.#pieces.push(piece);
    this.#length += piece.length;
    while (this.#length >= this.#wanted) {
      const bytes = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
      this.#pieces = [bytes];
      this.#wanted = messageLength(bytes);
      if (bytes.length < this.#wanted) return;
      const message = bytes.subarray(0, this.#wanted);
      this.#pieces = [bytes.subarray(this.#wanted)];
      this.#length -= this.#wanted;
      this.#wanted = FIXED_HEAD_BYTES;
      yield message;
    }
  }
}

/** From the first 16 bytes, which say how long fields and body are. */
function messageLength(head: Buffer): number {
  const isLittle = head[0] === LITTLE;
  if (!isLittle && head[0] !== BIG) throw new NotUnderstood('a message of no byte order');
  if (head[3] !== PROTOCOL) throw new NotUnderstood('a message of another protocol');
  const [body, fields] = [4, 12].map((at) => (isLittle ? head.readUInt32LE(at) : head.readUInt32BE(at)));
  const length = Math.ceil((FIXED_HEAD_BYTES + (fields as number)) / 8) * 8 + (body as number);
  if (length > MOST_MESSAGE_BYTES) throw new NotUnderstood('a message that is too long');
  return length;
}

/** Offsets count from a multiple of eight, so that they may be those of the message. */
class BusTextWriter {
  readonly #pieces: Buffer[] = [];
  length = 0;

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  align(to: number): void {
    this.#add(Buffer.alloc(Math.ceil(this.length / to) * to - this.length));
  }

  field(code: number, type: 'o' | 's' | 'g', value: string): void {
    this.align(8);
    this.#add(Buffer.from([code, 1, type.charCodeAt(0), 0]));
    if (type === 'g') this.#add(Buffer.from(`${String.fromCharCode(value.length)}${value}\0`, 'latin1'));
    else this.text(value);
  }

  text(value: string): void {
    this.align(4);
    const text = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.#add(Buffer.concat([length, text, Buffer.alloc(1)]));
  }

  #add(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.length += bytes.length;
  }
}
