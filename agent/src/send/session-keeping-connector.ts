import type { TLSSocket } from 'node:tls';
import type { buildConnector as Connector } from 'undici';
import { buildConnector } from './undici-parts.ts';

/**
 * Connects as undici does, and keeps the last TLS session for the next connection. Undici holds sessions weakly: they
 * are gone by the next report, and a full handshake with its certificates costs more bytes than an hour's report.
 */
export function sessionKeepingConnector(options: Connector.BuildOptions): Connector.connector {
  const connect = buildConnector(options);
  /** Never read: while a session is here, undici's own cache has it. */
  const held: Buffer[] = [];
  return (to, callback) =>
    connect(to, (...outcome) => {
      const [, socket] = outcome;
      (socket as TLSSocket | null)?.on('session', (session: Buffer) => {
        held[0] = session;
      });
      callback(...outcome);
    });
}
