/** Under which names agents may reach the server: DNS names and IP addresses, in one spelling each. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { AuthorityError } from './authority.ts';

export interface ServerName {
  type: 'dns' | 'ip';
  /** Lower case; IPv6 in its shortest form. */
  value: string;
}

/** An agent on the collector's own computer needs no setting. */
const ALWAYS = ['localhost', '127.0.0.1', '::1'];
/** A certificate travels with each handshake. */
const MOST_NAMES = 100;
const DNS_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The given names and this computer's own, each once, sorted. Throws AuthorityError 'name-wrong'. */
export function serverNames(given: readonly string[]): ServerName[] {
  const names = new Map([...ALWAYS, ...given].map(serverName).map((name) => [name.value, name]));
  if (names.size > MOST_NAMES)
    throw new AuthorityError('name-wrong', `${names.size} names for one certificate; at most ${MOST_NAMES}`);
  return [...names.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
}

/** The same names, whatever their order? */
export function sameNames(a: readonly ServerName[], b: readonly ServerName[]): boolean {
  const key = (names: readonly ServerName[]) => names.map(({ type, value }) => `${type} ${value}`).sort();
  return JSON.stringify(key(a)) === JSON.stringify(key(b));
}

export function serverName(text: string): ServerName {
  if (isIP(text) === 4) return { type: 'ip', value: text };
  const v6 = isIP(text) === 6 ? URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) : undefined;
  if (v6 !== undefined) return { type: 'ip', value: v6 };
  const dns = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  if (DNS_NAME.test(dns) && !/^[\d.]+$/.test(dns)) return { type: 'dns', value: dns };
  throw new AuthorityError(
    'name-wrong',
    `${JSON.stringify(text.slice(0, 300))} is neither a DNS name nor an IP address; give names without protocol and port`,
  );
}
