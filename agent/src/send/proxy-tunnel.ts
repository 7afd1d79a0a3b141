/**
 * The way through a proxy: it is asked, by CONNECT, to pass bytes on to the collector. TLS begins inside, from end to
 * end, so that a proxy sees an address and nothing else.
 */
import type { Duplex } from 'node:stream';
import type { buildConnector as Connector } from 'undici';
import { AuthorityError } from './authority-error.ts';
import type { WebProxy } from './proxy-choice.ts';
import { proxyRefusal, proxyUnreachable } from './proxy-error.ts';
import { buildConnector, Client, connect as connectThrough } from './undici-parts.ts';

/** To the proxy, and by it to the collector. */
const TUNNEL_TIMEOUT_MS = 20_000;

/** `to` is "host:port". Rejects with AuthorityError 'proxy', or with the signal's reason. */
export async function openTunnel(proxy: WebProxy, to: string, signal: AbortSignal): Promise<Duplex> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(TUNNEL_TIMEOUT_MS)]);
  const connect = buildConnector({ timeout: TUNNEL_TIMEOUT_MS, allowH2: false });
  const client = new Client(proxy.origin, {
    // Its certificate is for its own name; the one in the header is the collector's.
    connect: ({ servername: _, ...way }, callback) => connect(way, callback),
  });
  try {
    const { statusCode, headers, socket } = await connectThrough.call(client, {
      origin: proxy.origin,
      path: to,
      headers: {
        host: to,
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      },
      signal: within,
    });
    // Only the statuses that end in a tunnel; a 302 or an HTML page ends here.
    if (statusCode >= 200 && statusCode < 300) return socket;
    socket.on('error', () => {}).destroy();
    throw proxyRefusal(proxy, to, statusCode, headers);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof AuthorityError ? error : proxyUnreachable(proxy, error);
  } finally {
    // The tunnel's socket is no longer the client's.
    client.destroy().catch(() => {});
  }
}

/** Connects as `direct` does; to https inside a tunnel, where `proxyOf` names a proxy for the origin. */
export function tunnelling(
  direct: Connector.connector,
  proxyOf: (origin: string) => WebProxy | undefined,
): Connector.connector {
  return (to, callback) => {
    const proxy = to.protocol === 'https:' ? proxyOf(`https://${to.host}`) : undefined;
    if (!proxy) return direct(to, callback);
    const place = to.port ? to.host : `${to.host}:443`;
    openTunnel(proxy, place ?? '', new AbortController().signal).then(
      (httpSocket) => direct({ ...to, httpSocket } as Connector.Options, callback),
      (error: Error) => callback(error, null),
    );
  };
}
