/**
 * A TCP proxy that does to connections what networks do (its toxics), and keeps a copy of every byte, both ways. It
 * knows nothing of TLS or HTTP: what it breaks, it breaks in the middle of whatever it is.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Decides what becomes of one connection. `dial` connects to the collector, or to another port of this computer. */
export type Toxic = (client: Socket, dial: (port?: number) => Socket) => void;

/** A piece on its way one way; `passed` bytes went before it. */
type OnPiece = (piece: Buffer, passed: number, to: Socket) => void;

export class FaultProxy {
  readonly #open = new Set<Socket>();
  readonly #server = createServer((client) => this.#serve(client));
  readonly #collectorPort: () => number;
  readonly #up: Buffer[] = [];
  readonly #down: Buffer[] = [];
  #toxic: Toxic = passing;
  connections = 0;

  constructor(collectorPort: () => number) {
    this.#collectorPort = collectorPort;
  }

  async listen(): Promise<number> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on; connections from before end. */
  become(toxic: Toxic): void {
    this.#toxic = toxic;
    this.drop();
  }

  heal(): void {
    this.become(passing);
  }

  drop(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Every byte of every connection, one way and the other. */
  recorded(): { up: Buffer; down: Buffer } {
    return { up: Buffer.concat(this.#up), down: Buffer.concat(this.#down) };
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: Socket): void {
    this.connections++;
    this.#keep(client);
    client.on('data', (piece: Buffer) => this.#up.push(piece));
    this.#toxic(client, (port = this.#collectorPort()) => {
      const collector = connect(port, '127.0.0.1');
      this.#keep(collector);
      collector.on('data', (piece: Buffer) => this.#down.push(piece));
      return collector;
    });
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy()).on('close', () => this.#open.delete(socket));
  }
}

function relay(client: Socket, collector: Socket, up: OnPiece = pass, down: OnPiece = pass): void {
  for (const [from, to, onPiece] of [
    [client, collector, up],
    [collector, client, down],
  ] as const) {
    let passed = 0;
    from.on('data', (piece: Buffer) => {
      onPiece(piece, passed, to);
      passed += piece.length;
    });
    from.on('close', () => to.destroy());
  }
}

const pass: OnPiece = (piece, _passed, to) => void to.write(piece);

export const passing: Toxic = (client, dial) => relay(client, dial());

/** It accepts, and nothing ever comes. */
export const halfOpen: Toxic = () => {};

/** Whoever asks gets this, whatever was asked. */
export const answering =
  (text: string): Toxic =>
  (client) =>
    void client.once('data', () => client.end(text));

/** Somebody else stands at the collector's address. */
export const leadingTo =
  (port: number): Toxic =>
  (client, dial) =>
    relay(client, dial(port));

/** Some connections are torn at a random place. `random` is in [0, 1). */
export const losing =
  (share: number, random: () => number, within = 8_000): Toxic =>
  (client, dial) =>
    random() < share ? tearing(Math.floor(random() * within), 'up')(client, dial) : passing(client, dial);

/** Torn, with a reset, once so many bytes went one way. */
export const tearing =
  (afterBytes: number, way: 'up' | 'down'): Toxic =>
  (client, dial) => {
    const tear: OnPiece = (piece, passed, to) => {
      const room = afterBytes - passed;
      to.write(piece.subarray(0, Math.max(0, room)));
      if (piece.length >= room) setImmediate(() => client.resetAndDestroy());
    };
    relay(client, dial(), way === 'up' ? tear : pass, way === 'down' ? tear : pass);
  };

/** Everything comes, later. */
export const delaying =
  (ms: number): Toxic =>
  (client, dial) => {
    const late: OnPiece = (piece, _passed, to) => void setTimeout(() => to.write(piece), ms);
    relay(client, dial(), late, late);
  };

/** What goes `way` comes byte by byte once the client has sent so many bytes. */
export const trickling =
  (way: 'up' | 'down', afterBytesUp: number, tickMs: number): Toxic =>
  (client, dial) => {
    let sent = 0;
    const waiting: Buffer[] = [];
    const slowly = (piece: Buffer, to: Socket): void => {
      waiting.push(piece);
      if (waiting.length > 1) return;
      const timer = setInterval(() => {
        const [first] = waiting;
        if (!first || to.destroyed) return clearInterval(timer);
        to.write(first.subarray(0, 1));
        if (first.length > 1) waiting[0] = first.subarray(1);
        else waiting.shift();
      }, tickMs);
    };
    const up: OnPiece = (piece, passed, to) => {
      sent = passed + piece.length;
      const room = way === 'up' ? Math.max(0, afterBytesUp - passed) : piece.length;
      to.write(piece.subarray(0, room));
      if (room < piece.length) slowly(piece.subarray(room), to);
    };
    const down: OnPiece = (piece, _passed, to) =>
      way === 'down' && sent >= afterBytesUp ? slowly(piece, to) : pass(piece, 0, to);
    relay(client, dial(), up, down);
  };
