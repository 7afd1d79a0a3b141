/**
 * The few messages of X11 that tell which process has the focus: requests are written, and what comes back is cut and read. Pure.
 * Anybody may run an X server, so nothing in an answer is believed before it was compared with the bytes that are there.
 * Source: X Window System Protocol, Version 11; X Resource extension, version 1.2.
 */
import { NotX11 } from './not-x11.ts';

/** Number and name of the protocol's only way of asking whether one may come in, but for being on a list. */
const COOKIE_NAME = Buffer.from('MIT-MAGIC-COOKIE-1');
const CHANGE_WINDOW_ATTRIBUTES = 2;
const GET_INPUT_FOCUS = 43;
const QUERY_EXTENSION = 98;
/** Of the extension: newer than its version 1.0, which cannot tell processes. */
const QUERY_CLIENT_IDS = 4;
const LOCAL_CLIENT_PID = 2;
const EXTENSION = Buffer.from('X-Resource');

const LITTLE = 'l'.charCodeAt(0);
const VERSION = 11;
const SETUP_HEAD_BYTES = 8;
const SCREEN_BYTES = 40;
const DEPTH_BYTES = 8;
const VISUAL_BYTES = 24;
export const MESSAGE_BYTES = 32;
/** The answers that are asked for have hardly more than their head; a setup lists what screens can show. */
export const MOST_MESSAGE_BYTES = 4096;
const MOST_SETUP_BYTES = 128 * 1024;
const MOST_SCREENS = 16;
const ERROR = 0;
const REPLY = 1;
/** An attribute of a window, for each client its own: which events it is told. */
const EVENT_MASK = 0x0800;
const FOCUS_CHANGE = 0x0020_0000;
const FOCUS_IN = 9;
const FOCUS_OUT = 10;
/** The only event that may be longer than the others. */
const GENERIC_EVENT = 35;
/** Focus on nothing, and on whatever is below the pointer. */
const NO_WINDOW = 0;
const POINTER_ROOT = 1;
export const BELOW_POINTER = 'below the pointer';

export interface X11Setup {
  /** Bits of an id that its client chooses; the others say whose it is, and the server's own have none. */
  ownBits: number;
  /** The windows behind all others. */
  roots: readonly number[];
}

export type X11Message =
  | { kind: 'reply'; sequence: number; bytes: Buffer }
  | { kind: 'error'; sequence: number; code: number }
  /** Told unasked. */
  | { kind: 'event'; isOfFocus: boolean };

/** The first thing that is said. `cookie` undefined: the server may let us in for whom it sees. */
export function encodeSetup(cookie: Uint8Array | undefined): Buffer {
  const [name, data] = cookie ? [COOKIE_NAME, Buffer.from(cookie)] : [Buffer.alloc(0), Buffer.alloc(0)];
  const head = Buffer.alloc(12);
  head.writeUInt8(LITTLE, 0);
  head.writeUInt16LE(VERSION, 2);
  head.writeUInt16LE(name.length, 6);
  head.writeUInt16LE(data.length, 8);
  return Buffer.concat([head, padded(name), padded(data)]);
}

export function encodeGetInputFocus(): Buffer {
  return request(GET_INPUT_FOCUS, 0, Buffer.alloc(0));
}

/** The server tells when the focus comes to this window or leaves it, or does so no more. Answered only when it fails. */
export function encodeTellOfFocus(window: number, isWanted: boolean): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt32LE(window, 0);
  body.writeUInt32LE(EVENT_MASK, 4);
  body.writeUInt32LE(isWanted ? FOCUS_CHANGE : 0, 8);
  return request(CHANGE_WINDOW_ATTRIBUTES, 0, body);
}

export function encodeQueryExtension(): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt16LE(EXTENSION.length);
  return request(QUERY_EXTENSION, 0, Buffer.concat([length, padded(EXTENSION)]));
}

/** Which local process made this window. */
export function encodeQueryClientPid(extension: number, window: number): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt32LE(1, 0);
  body.writeUInt32LE(window, 4);
  body.writeUInt32LE(LOCAL_CLIENT_PID, 8);
  return request(extension, QUERY_CLIENT_IDS, body);
}

/** Length of the answer to the setup, from its first 8 bytes. Throws NotX11. */
export function setupLength(head: Buffer): number {
  const length = SETUP_HEAD_BYTES + 4 * head.readUInt16LE(6);
  if (length > MOST_SETUP_BYTES) throw new NotX11('a beginning that is too long');
  return length;
}

/** Throws NotX11, also when the server does not let us in. */
export function decodeSetup(bytes: Buffer): X11Setup {
  const [status] = bytes;
  if (status === 0 || status === 2) throw new NotX11('a server that does not let the agent in');
  if (status !== 1 || bytes.readUInt16LE(2) !== VERSION) throw new NotX11('a beginning that is not X11');
  if (bytes.length < 40) throw new NotX11('a beginning that ends too early');
  const [vendor, screens, formats] = [bytes.readUInt16LE(24), bytes.readUInt8(28), bytes.readUInt8(29)];
  if (screens > MOST_SCREENS) throw new NotX11('more screens than there are');
  const roots: number[] = [];
  let at = 40 + Math.ceil(vendor / 4) * 4 + 8 * formats;
  for (let screen = 0; screen < screens; screen++) {
    roots.push(uint32(bytes, at));
    const depths = uint8(bytes, at + SCREEN_BYTES - 1);
    at += SCREEN_BYTES;
    for (let depth = 0; depth < depths; depth++) at += DEPTH_BYTES + VISUAL_BYTES * uint16(bytes, at + 2);
  }
  return { ownBits: bytes.readUInt32LE(16), roots };
}

/** Length of the message that begins with these 32 bytes. Throws NotX11. */
export function messageLength(head: Buffer): number {
  const kind = (head[0] as number) & 0x7f;
  if (kind !== REPLY && kind !== GENERIC_EVENT) return MESSAGE_BYTES;
  const length = MESSAGE_BYTES + 4 * head.readUInt32LE(4);
  if (length > MOST_MESSAGE_BYTES) throw new NotX11('an answer that is too long');
  return length;
}

/** A whole message. */
export function readMessage(bytes: Buffer): X11Message {
  const sequence = bytes.readUInt16LE(2);
  if (bytes[0] === REPLY) return { kind: 'reply', sequence, bytes };
  if (bytes[0] === ERROR) return { kind: 'error', sequence, code: bytes[1] as number };
  // Its highest bit is set where not the server says so but another program.
  return { kind: 'event', isOfFocus: bytes[0] === FOCUS_IN || bytes[0] === FOCUS_OUT };
}

/** What has the focus: the id of a window, or one of the two numbers that are none. */
export function inputFocus(reply: Buffer): number {
  return reply.readUInt32LE(8);
}

/** The windows that are told when the focus leaves: where it is on no window, those behind all others. */
export function windowsThatTell(focus: number, { roots }: X11Setup): readonly number[] {
  return focus === NO_WINDOW || focus === POINTER_ROOT ? roots : [focus];
}

/** The window that gets what is typed, if it is a program's; undefined: nobody has the focus; or whoever is below the pointer has. */
export function focusedWindow(
  focus: number,
  { ownBits, roots }: X11Setup,
): number | typeof BELOW_POINTER | undefined {
  if (focus === POINTER_ROOT) return BELOW_POINTER;
  const isServers = (focus & ~ownBits) === 0;
  if (focus === NO_WINDOW || isServers || roots.includes(focus)) return undefined;
  return focus;
}

/** The number by which the extension is asked. Throws NotX11 when the server does not have it. */
export function extensionNumber(reply: Buffer): number {
  const number = reply.readUInt8(9);
  // Below are the requests of the protocol itself.
  if (reply.readUInt8(8) === 0 || number < 128) throw new NotX11('a server that cannot tell processes');
  return number;
}

/** Undefined: the window is none of a process of this computer. Throws NotX11. */
export function clientPid(reply: Buffer): number | undefined {
  const ids = reply.readUInt32LE(8);
  let at = MESSAGE_BYTES;
  for (let id = 0; id < ids; id++) {
    const [mask, length] = [uint32(reply, at + 4), uint32(reply, at + 8)];
    at += 12;
    if (at + length > reply.length) throw new NotX11('an answer that ends too early');
    if (mask === LOCAL_CLIENT_PID && length === 4) return uint32(reply, at) || undefined;
    at += Math.ceil(length / 4) * 4;
  }
  return undefined;
}

function request(code: number, detail: number, body: Buffer): Buffer {
  const head = Buffer.from([code, detail, 0, 0]);
  head.writeUInt16LE((head.length + body.length) / 4, 2);
  return Buffer.concat([head, body]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(Math.ceil(bytes.length / 4) * 4 - bytes.length)]);
}

function uint8(bytes: Buffer, at: number): number {
  return bytes.readUInt8(within(bytes, at, 1));
}

function uint16(bytes: Buffer, at: number): number {
  return bytes.readUInt16LE(within(bytes, at, 2));
}

function uint32(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(within(bytes, at, 4));
}

function within(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) throw new NotX11('an answer that ends too early');
  return at;
}
