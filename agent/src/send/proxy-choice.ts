/** Whether a proxy is on the way to an address, and which. Pure. */
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface ProxySettings {
  /** http or https URL, with credentials if it wants them; undefined: none. */
  proxyUrl: string | undefined;
  /** As in NO_PROXY: names with their subdomains, addresses, networks, * for all, each with or without port. */
  proxyExceptions: string;
}

export interface WebProxy {
  /** Scheme, host and port: what connections are made to. */
  origin: string;
  /** "host:port", for people: without credentials. */
  place: string;
  /** Value of Proxy-Authorization, when credentials were given. */
  authorization: string | undefined;
}

/** Of an address, without port and brackets. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/;

/** Undefined: the address is reached directly, as this computer itself always is. */
export function proxyFor(
  address: string,
  { proxyUrl, proxyExceptions }: ProxySettings,
): WebProxy | undefined {
  const url = URL.parse(address);
  if (proxyUrl === undefined || !url) return undefined;
  const host = bare(url.hostname).replace(/\.$/, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (LOOPBACK.test(host)) return undefined;
  if (proxyExceptions.split(/[,\s]+/).some((exception) => exception !== '' && excepts(exception, host, port)))
    return undefined;
  return proxyAt(proxyUrl);
}

function proxyAt(proxyUrl: string): WebProxy {
  const url = new URL(proxyUrl);
  const credentials = [url.username, url.password].map(decodeURIComponent).join(':');
  return {
    origin: url.origin,
    place: `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`,
    authorization: url.username ? `Basic ${Buffer.from(credentials).toString('base64')}` : undefined,
  };
}

function excepts(exception: string, host: string, port: string): boolean {
  const [, inBrackets, withPort, onlyPort] = /^\[(.+?)\](:(\d+))?$/.exec(exception) ?? [];
  // More colons are an IPv6 address.
  const [, name, itsPort] = /^([^:]+):(\d+)$/.exec(exception) ?? [];
  const wantedPort = withPort ? onlyPort : itsPort;
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const pattern = (inBrackets ?? name ?? exception).toLowerCase();
  if (pattern === '*') return true;
  if (isIP(host)) return isWithin(host, pattern);
  const ending = pattern.replace(/^\*?\./, '').replace(/\.$/, '');
  // "*.example.org" is its subdomains only, ".example.org" and "example.org" are it and them.
  return host.endsWith(`.${ending}`) || (host === ending && !pattern.startsWith('*'));
}

function isWithin(address: string, pattern: string): boolean {
  const [network = '', bits, ...more] = pattern.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (!isIP(network) || more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  const list = new BlockList();
  try {
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  } catch {
    // No network has so many bits.
    return false;
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}
