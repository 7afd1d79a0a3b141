/**
 * One connection to a message bus of this computer, for calls one after the other. A client of our own, because the registry's
 * libraries that speak D-Bus take several MiB of memory each, and most of them several packages more, for what is one call here.
 *
 * Whatever goes wrong ends the connection, and the caller opens another one when it needs it: a bus that hangs up, says what is
 * not D-Bus, sends more than anybody asked for, or does not answer in time (which the caller decides, and closes).
 * It keeps no process running by itself.
 */
import { connect, type Socket } from 'node:net';
import { ownReadBuffer } from '../own-read-buffer.ts';
import { type BusCall, BusMessageCutter, type BusReply, decodeReply, encodeCall } from './bus-messages.ts';
import { NotUnderstood } from './not-understood.ts';

/** Bytes that may come from one call to the next: the answer, and signals that the bus sends unasked. */
const MOST_BYTES_BETWEEN_CALLS = 256 * 1024;
const READ_BYTES = 4096;
const MOST_LINE_BYTES = 1024;
const LAST_SERIAL = 0xffff_ffff;
const HELLO: BusCall = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
  arguments: [],
};

interface Waiting {
  serial: number;
  resolve: (reply: BusReply) => void;
  reject: (error: Error) => void;
}

export class BusConnection {
  readonly #socket: Socket;
  readonly #cutter = new BusMessageCutter();
  /** What the bus has said before it speaks in messages; undefined: it does. */
  #line: string | undefined = '';
  #serial = 0;
  #bytes = 0;
  #waiting: Waiting | undefined;
  /** The call that waits until the bus reads messages. */
  #first: Buffer | undefined;
  #ended: Error | undefined;

  /** `path`: of the socket. `uid`: whom the bus is told that this is, which it compares with what the kernel says. */
  constructor(path: string, uid: number) {
    this.#socket = connect({ path, onread: ownReadBuffer(READ_BYTES, (piece) => this.#take(piece)) });
    this.#socket.unref();
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('the bus hung up')));
    // The bus introduces itself before it reads messages, so that one written at once would be too early.
    this.#socket.write(`\0AUTH EXTERNAL ${Buffer.from(`${uid}`).toString('hex')}\r\n`);
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** Before any other call. Rejects when the bus does not want us. */
  async greet(): Promise<void> {
    const { error } = await this.call(HELLO);
    if (error !== undefined) throw this.#end(new Error(`the bus does not greet: ${error}`));
  }

  /** A failure that the called one names is an answer. Rejects when the connection has ended or ends. */
  call(call: BusCall): Promise<BusReply> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      if (this.#waiting) return reject(new Error('one call after the other'));
      this.#serial = this.#serial === LAST_SERIAL ? 1 : this.#serial + 1;
      this.#bytes = 0;
      this.#waiting = { serial: this.#serial, resolve, reject };
      if (this.#line === undefined) this.#socket.write(encodeCall(call, this.#serial));
      else this.#first = encodeCall(call, this.#serial);
    });
  }

  close(): void {
    this.#end(new Error('the connection was closed'));
  }

  #take(piece: Buffer): void {
    if (this.#ended) return;
    try {
      this.#bytes += piece.length;
      if (this.#bytes > MOST_BYTES_BETWEEN_CALLS) throw new NotUnderstood('more than anybody asked for');
      const rest = this.#line === undefined ? piece : this.#introduced(piece);
      if (rest) for (const message of this.#cutter.cut(rest)) this.#answer(message);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** What follows the line in which the bus lets us in; undefined: it is not there yet. */
  #introduced(piece: Buffer): Buffer | undefined {
    const line = this.#line + piece.toString('latin1');
    const end = line.indexOf('\r\n');
    if (line.length > MOST_LINE_BYTES) throw new NotUnderstood('a line that is too long');
    this.#line = line;
    if (end < 0) return undefined;
    if (!line.startsWith('OK ')) throw new Error('the bus does not let us in');
    this.#line = undefined;
    this.#socket.write('BEGIN\r\n');
    if (this.#first) this.#socket.write(this.#first);
    this.#first = undefined;
    return Buffer.from(line.slice(end + 2), 'latin1');
  }

  #answer(message: Buffer): void {
    const reply = decodeReply(message);
    const waiting = this.#waiting;
    if (reply === undefined || reply.serial !== waiting?.serial) return;
    this.#waiting = undefined;
    waiting.resolve(reply);
  }

  #end(error: Error): Error {
    this.#ended ??= error;
    this.#socket.destroy();
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
    return this.#ended;
  }
}
