import { createServer, type Server } from 'node:net';
import { EngineStartError } from './engine-start-error.ts';

/**
 * Opens a listening socket and hands it to `give`, which must pass it to a child at once: this process never accepts
 * on it and has closed its own descriptor when the promise resolves. So the socket lives and dies with the child,
 * though the child may be where no network is. Rejects with EngineStartError when the port is taken.
 */
export function withListeningSocket<T>(
  host: string,
  port: number,
  give: (socket: Server, port: number) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createServer();
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program already listens there' : error.message;
      reject(new EngineStartError(`cannot listen on ${host}:${port}: ${why}`));
    });
    // Before the event loop looks for connections again the descriptor is gone from it.
    socket.listen(port, host, () => {
      const address = socket.address();
      try {
        resolve(give(socket, address !== null && typeof address === 'object' ? address.port : port));
      } catch (error) {
        reject(error);
      } finally {
        socket.close();
      }
    });
  });
}
