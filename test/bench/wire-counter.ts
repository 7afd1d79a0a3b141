/** A TCP relay that counts, so that what is counted is what was really on the wire, both ways. */
import { connect, createServer, type Socket } from 'node:net';

/** Bytes of one exchange: a request and its answer. */
export interface ExchangeBytes {
  requestHead: number;
  requestBody: number;
  answerHead: number;
  answerBody: number;
}

export function bytesOf({ requestHead, requestBody, answerHead, answerBody }: ExchangeBytes): number {
  return requestHead + requestBody + answerHead + answerBody;
}

export class WireCounter {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  #up: Buffer[] = [];
  #down: Buffer[] = [];

  /** Relays to a port of this machine. */
  constructor(targetPort: number) {
    this.#server = createServer((near) => {
      const far = connect(targetPort, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.setNoDelay();
        // Whoever asked sees the end of its connection, which is all there is to say of an error here.
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on('data', (bytes) => {
        this.#up.push(bytes);
        far.write(bytes);
      });
      far.on('data', (bytes) => {
        this.#down.push(bytes);
        near.write(bytes);
      });
    });
  }

  /** Listens; resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  }

  /** Bytes since the last take, which must be one exchange that is over, or none. */
  take(): ExchangeBytes {
    const [up, down] = [Buffer.concat(this.#up), Buffer.concat(this.#down)];
    [this.#up, this.#down] = [[], []];
    const [requestHead, answerHead] = [headOf(up), headOf(down)];
    return {
      requestHead,
      requestBody: up.length - requestHead,
      answerHead,
      answerBody: down.length - answerHead,
    };
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Start line, headers and the empty line after them; 0 of nothing. */
function headOf(message: Buffer): number {
  if (message.length === 0) return 0;
  const end = message.indexOf('\r\n\r\n');
  if (end < 0) throw new Error('a message without end of headers');
  return end + 4;
}
