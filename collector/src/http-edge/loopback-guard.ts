/**
 * Ports that serve the local computer only are still within reach of every web page its user opens: a page can
 * post to loopback, and with a DNS name that changes its address it can read the answers. So the Host must name
 * loopback, and an Origin, when there is one, must be this very server.
 */
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../validate/refusals.ts';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host);
}

/** Throws Refusal `host-not-loopback` or `origin-foreign`. */
function checkLocalRequest(headers: { host?: string | undefined; origin?: string | undefined }): void {
  const host = headers.host ?? '';
  if (!isLoopbackHost(host))
    throw new Refusal('host-not-loopback', 'the Host header must name this computer');
  if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    throw new Refusal('origin-foreign', 'requests of web pages of other origins are refused');
}

/** A Fastify onRequest hook; the server's error handler turns the Refusal into an answer. */
export async function loopbackGuard(request: FastifyRequest): Promise<void> {
  checkLocalRequest(request.headers);
}
