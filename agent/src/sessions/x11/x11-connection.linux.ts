/**
 * One connection to an X server of this computer, which is asked one thing: which process has the focus, and to tell when that
 * changes. The server knows it from the kernel, so neither a window manager nor what programs say of themselves is needed, and nothing
 * else of a window is looked at.
 *
 * The server may be anybody's program. Whatever it does wrong ends the connection: it hangs up, says what is not X11 or was not
 * asked for, or more than that, or nothing in time (which the caller decides, and closes). It keeps no process running by itself.
 */
import { connect, type Socket } from 'node:net';
import { ownReadBuffer } from '../own-read-buffer.ts';
import { NotX11 } from './not-x11.ts';
import {
  type BELOW_POINTER,
  clientPid,
  decodeSetup,
  encodeGetInputFocus,
  encodeQueryClientPid,
  encodeQueryExtension,
  encodeSetup,
  encodeTellOfFocus,
  extensionNumber,
  focusedWindow,
  inputFocus,
  MESSAGE_BYTES,
  messageLength,
  readMessage,
  setupLength,
  windowsThatTell,
  type X11Message,
  type X11Setup,
} from './x11-messages.ts';

/** Bytes that may come from one question to the next: the answer, and events that all programs are told. */
const MOST_BYTES_BETWEEN_QUESTIONS = 256 * 1024;
const READ_BYTES = 4096;
/** That a server has not read. Each look asks for less, so one that answers has read what was asked before. */
const MOST_UNREAD_BYTES = 16 * 1024;
/** The focus may move while it is asked about. */
const MOST_QUESTIONS = 4;

interface Waiting {
  /** Undefined: for the setup. */
  sequence: number | undefined;
  resolve: (answer: Buffer | { code: number }) => void;
  reject: (error: Error) => void;
}

export class X11Connection {
  readonly #socket: Socket;
  #setup: X11Setup | undefined;
  #extension = 0;
  /** What follows are messages. */
  #isSetUp = false;
  #sequence = 0;
  #bytes = 0;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes that have to be there before there is anything to do. */
  #wanted = 8;
  #isMeasured = false;
  #waiting: Waiting | undefined;
  #ended: Error | undefined;
  /** Where the focus was, and the windows that are believed to tell when it moves on. Empty: none is. */
  #focus = 0;
  #telling: readonly number[] = [];
  /** A move was not told, as where several people have keyboards of their own: then each look asks. */
  #isUntold = false;
  /** By sequence number, what is answered only when it fails. */
  readonly #unanswered = new Map<number, { window: number; isWanted: boolean }>();

  /** `path`: of the socket. */
  constructor(path: string) {
    this.#socket = connect({ path, onread: ownReadBuffer(READ_BYTES, (piece) => this.#take(piece)) });
    this.#socket.unref();
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new NotX11('a server that hung up')));
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** Before the first question. Rejects when the server does not want us, or cannot tell processes. */
  async greet(cookie: Uint8Array | undefined): Promise<void> {
    const setup = await this.#answered(encodeSetup(cookie), undefined);
    this.#setup = decodeSetup(bytesOf(setup));
    this.#extension = extensionNumber(bytesOf(await this.#ask(encodeQueryExtension())));
  }

  /** What `focusedPid` found last is so still, as far as the server has been heard: it would tell otherwise. */
  get isFocusUnchanged(): boolean {
    return this.isOpen && this.#telling.length > 0;
  }

  /**
   * Number of the process that has the focus; undefined: none of this computer has it; or it is on whatever is below the pointer. Rejects
   * when the connection has ended or ends.
   */
  async focusedPid(): Promise<number | typeof BELOW_POINTER | undefined> {
    const setup = this.#setup;
    if (!setup) throw new Error('greet first');
    this.#bytes = 0;
    try {
      let focus = await this.#inputFocus();
      // Events come before answers to what was asked later.
      if (this.#telling.length > 0 && focus !== this.#focus) this.#isUntold = true;
      for (let question = 1; ; question++) {
        if (focus !== this.#focus || this.#telling.length === 0) this.#letTell(focus, setup);
        const window = focusedWindow(focus, setup);
        const found =
          typeof window === 'number'
            ? await this.#ask(encodeQueryClientPid(this.#extension, window))
            : window;
        const before = focus;
        focus = await this.#inputFocus();
        if (focus !== before && question < MOST_QUESTIONS) continue;
        if (focus !== before) this.#letNobodyTell();
        return typeof found === 'object' ? clientPid(bytesOf(found)) : found;
      }
    } catch (error) {
      throw this.#end(error as Error);
    }
  }

  close(why = 'a connection that was closed'): void {
    this.#end(new NotX11(why));
  }

  async #inputFocus(): Promise<number> {
    return inputFocus(bytesOf(await this.#ask(encodeGetInputFocus())));
  }

  #letTell(focus: number, setup: X11Setup): void {
    this.#letNobodyTell();
    this.#focus = focus;
    if (this.#isUntold) return;
    this.#telling = windowsThatTell(focus, setup);
    for (const window of this.#telling) this.#tellOf(window, true);
  }

  /** Once something was told, no more is: whoever moves the focus as often as they can costs nothing until it is asked for again. */
  #letNobodyTell(): void {
    const telling = this.#telling;
    this.#telling = [];
    for (const window of telling) this.#tellOf(window, false);
  }

  #tellOf(window: number, isWanted: boolean): void {
    this.#unanswered.set(this.#nextSequence(), { window, isWanted });
    this.#write(encodeTellOfFocus(window, isWanted));
  }

  #write(request: Buffer): void {
    this.#socket.write(request);
    if (this.#socket.writableLength > MOST_UNREAD_BYTES)
      this.#end(new NotX11('a server that does not listen'));
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return this.#sequence;
  }

  #ask(request: Buffer): Promise<Buffer | { code: number }> {
    return this.#answered(request, this.#nextSequence());
  }

  #answered(request: Buffer, sequence: number | undefined): Promise<Buffer | { code: number }> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      if (this.#waiting) return reject(new Error('one question after the other'));
      this.#waiting = { sequence, resolve, reject };
      this.#write(request);
    });
  }

  #take(piece: Buffer): void {
    if (this.#ended) return;
    try {
      this.#bytes += piece.length;
      if (this.#bytes > MOST_BYTES_BETWEEN_QUESTIONS) throw new NotX11('more than anybody asked for');
      this.#pieces.push(piece);
      this.#length += piece.length;
      while (!this.#ended && this.#length >= this.#wanted) this.#cut();
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** First for how long the message is, then for all of it. */
  #cut(): void {
    const bytes = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    this.#pieces = [bytes];
    if (!this.#isMeasured) {
      this.#wanted = this.#isSetUp ? messageLength(bytes) : setupLength(bytes);
      this.#isMeasured = true;
      return;
    }
    const message = bytes.subarray(0, this.#wanted);
    this.#pieces = [bytes.subarray(this.#wanted)];
    this.#length -= this.#wanted;
    this.#wanted = MESSAGE_BYTES;
    this.#isMeasured = false;
    if (this.#isSetUp) this.#answer(readMessage(message));
    else this.#settle(message);
    this.#isSetUp = true;
  }

  #answer(message: X11Message): void {
    if (message.kind === 'event') {
      if (message.isOfFocus) this.#letNobodyTell();
      return;
    }
    const failed = message.kind === 'error' ? this.#unanswered.get(message.sequence) : undefined;
    if (failed) {
      this.#unanswered.delete(message.sequence);
      // It is gone, or nobody may be told. One that is gone need not be told to be silent.
      if (failed.isWanted && this.#telling.includes(failed.window)) this.#letNobodyTell();
      return;
    }
    if (message.sequence !== this.#waiting?.sequence) throw new NotX11('an answer without a question');
    // What was sent before this question has been done.
    for (const sent of this.#unanswered.keys())
      if (((message.sequence - sent) & 0xffff) < 0x8000) this.#unanswered.delete(sent);
    this.#settle(message.kind === 'error' ? { code: message.code } : message.bytes);
  }

  #settle(answer: Buffer | { code: number }): void {
    const waiting = this.#waiting;
    if (!waiting) throw new NotX11('an answer without a question');
    this.#waiting = undefined;
    waiting.resolve(answer);
  }

  #end(error: Error): Error {
    this.#ended ??= error;
    this.#socket.destroy();
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
    this.#pieces = [];
    return this.#ended;
  }
}

function bytesOf(answer: Buffer | { code: number }): Buffer {
  if (Buffer.isBuffer(answer)) return answer;
  throw new NotX11(`a server that answers with error ${answer.code}`);
}
