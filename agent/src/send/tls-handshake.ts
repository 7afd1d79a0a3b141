/** One TLS 1.3 connection to the collector, for the sake of its certificates only: nothing is ever said over it. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { connectionError } from './authority-error.ts';
import type { WebProxy } from './proxy-choice.ts';
import { openTunnel } from './proxy-tunnel.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const LONGEST_CHAIN = 10;

export interface CollectorAddress {
  host: string;
  port: number;
  /** On the way there. */
  proxy?: WebProxy | undefined;
  /** For the handshake, without the way through the proxy. */
  patienceMs?: number | undefined;
}

/** Of an https URL. Throws when it is none. */
export function addressOf(collectorUrl: string): CollectorAddress {
  const url = URL.parse(collectorUrl);
  if (url?.protocol !== 'https:') throw new Error(`${collectorUrl} is no https URL`);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 443) };
}

/** "host:port", and the proxy on the way there if any. For people. */
export function placeOf(address: CollectorAddress): string {
  const { proxy } = address;
  return proxy ? `${hostAndPort(address)}, through the proxy ${proxy.place},` : hostAndPort(address);
}

function hostAndPort({ host, port }: CollectorAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The certificates that the server shows, its own first. They are claims: nothing is verified. Rejects with
 * AuthorityError, or with the signal's reason.
 */
export async function presentedChain(
  address: CollectorAddress,
  signal: AbortSignal,
): Promise<X509Certificate[]> {
  const socket = await handshake(address, false, [], signal);
  try {
    const chain: X509Certificate[] = [];
    let at = socket.getPeerCertificate(true);
    while (at?.raw && chain.length < LONGEST_CHAIN) {
      chain.push(new X509Certificate(at.raw));
      // A self-signed one is its own issuer.
      if (at.issuerCertificate === at) break;
      at = at.issuerCertificate;
    }
    return chain;
  } finally {
    socket.destroy();
  }
}

/**
 * Resolves when the server proves, right now, that it holds a certificate for this host by this authority, and no
 * other trust is used. Rejects with AuthorityError, or with the signal's reason.
 */
export async function proveServer(
  address: CollectorAddress,
  authorityPem: string,
  signal: AbortSignal,
): Promise<void> {
  const socket = await handshake(address, true, [authorityPem], signal);
  const { authorized } = socket;
  socket.destroy();
  if (!authorized) throw new Error('a connection that was not authorized was not refused');
}

async function handshake(
  address: CollectorAddress,
  verified: boolean,
  ca: string[],
  signal: AbortSignal,
): Promise<TLSSocket> {
  signal.throwIfAborted();
  const { host, port, proxy, patienceMs = HANDSHAKE_TIMEOUT_MS } = address;
  const tunnel = proxy && (await openTunnel(proxy, hostAndPort(address), signal));
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const within = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const socket = connect({
    host,
    port,
    ...(tunnel && { socket: tunnel }),
    // Never the system's store, not even to complete what was shown.
    ca,
    rejectUnauthorized: verified,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
    // Addresses are not sent as names.
    ...(isIP(host) === 0 && { servername: host }),
  });
  const give = (): void => void socket.destroy(within.reason);
  within.addEventListener('abort', give, { once: true });
  socket.once('secureConnect', () => resolve(socket));
  // Stays: what comes after the handshake is of no interest, and must not end the process.
  socket.on('error', (error) =>
    reject(signal.aborted ? signal.reason : connectionError(error, placeOf(address), verified)),
  );
  return promise.finally(() => within.removeEventListener('abort', give));
}
