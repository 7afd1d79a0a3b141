/**
 * Refuses what comes over a connection whose client proved nothing by the organisation's authority. In words and not by
 * ending the handshake, so that the agent can say what is wrong; nothing of the body is looked at.
 */
import type { TLSSocket } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Refusal } from '../validate/refusals.ts';

/** The log says it so often at most, and how many there were since. */
const TOLD_EVERY_MS = 60_000;

export function demandClientCertificate(log: Logger, monotonicMs: () => number) {
  let toldAt = Number.NEGATIVE_INFINITY;
  let refused = 0;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const socket = request.raw.socket as TLSSocket;
    if (socket.authorized) return;
    const reason = faultOf(socket);
    refused++;
    if (monotonicMs() - toldAt >= TOLD_EVERY_MS) {
      log.warn({ reason, refused, from: socket.remoteAddress }, 'a client certificate was missing or wrong');
      toldAt = monotonicMs();
      refused = 0;
    }
    reply.header('connection', 'close');
    if (reason === 'none was shown')
      throw new Refusal('client-certificate-missing', 'this collector asks for a client certificate');
    throw new Refusal('client-certificate-wrong', `the client certificate does not hold: ${reason}`);
  };
}

function faultOf(socket: TLSSocket): string {
  const shown = socket.getPeerCertificate();
  if (!shown || Object.keys(shown).length === 0) return 'none was shown';
  const { authorizationError } = socket;
  return String(
    (authorizationError as NodeJS.ErrnoException | null)?.code ?? authorizationError ?? 'not verified',
  );
}
