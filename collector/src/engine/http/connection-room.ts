import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tooManyQueries } from '../engine-error.ts';

/**
 * Connections of readers have so much room, and the writer's are not counted: readers who open all that may be open must
 * hold up neither inserts nor the ping by which this process is known to live. Who somebody is shows in the head of a
 * request only, so everybody may connect; of connections on which nothing is asked the oldest make room.
 */
export class ConnectionRoom {
  readonly #most: number;
  /** Nothing is asked on them, and they are not known to be the writer's; oldest first. */
  readonly #idle = new Set<Socket>();
  readonly #writers = new WeakSet<Socket>();
  #readers = 0;

  /** `most` connections of readers with a request in hand, and as many without. */
  constructor(most: number) {
    this.#most = most;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#wait(socket);
      socket.once('close', () => this.#idle.delete(socket));
    });
  }

  /** A head has come. */
  begins(socket: Socket, response: Pick<ServerResponse, 'once'>): void {
    this.#idle.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed && !this.#writers.has(socket)) this.#wait(socket);
    });
  }

  writes(socket: Socket): void {
    this.#writers.add(socket);
  }

  /** Counts until the response is over. Throws EngineError when there is no room for another. */
  reads(response: Pick<ServerResponse, 'once'>): void {
    if (this.#readers >= this.#most) {
      throw tooManyQueries(`${this.#readers} requests of readers are in hand; ask again later.`, 5);
    }
    this.#readers += 1;
    response.once('close', () => {
      this.#readers -= 1;
    });
  }

  #wait(socket: Socket): void {
    this.#idle.add(socket);
    const [oldest] = this.#idle;
    if (this.#idle.size > this.#most) oldest?.destroy();
  }
}
