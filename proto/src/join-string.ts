/**
 * The join string: all that a device needs to join, in one word that survives mail, chat and management tools. It is
 * `fm1_` and, in base64url, four bytes of SHA-256 over what follows them, and then JSON as UTF-8.
 */
import { hash } from 'node:crypto';

export interface Join {
  /** Where the collector is reached, best first, without trailing slash. */
  addresses: string[];
  /** Secret of an enrolment token. */
  secret: string;
  /** SHA-256 of the certificates of the collector's authorities, 64 hex digits each; none without TLS. */
  authorities: string[];
}

const PREFIX = 'fm1_';
const CHECK_BYTES = 4;
const MAX_LENGTH = 4096;
const MAX_ADDRESSES = 8;
const MAX_AUTHORITIES = 8;

/** A text that is no join string. The message is for the person who typed it, and quotes nothing of it. */
export class JoinStringError extends Error {
  override name = 'JoinStringError';
}

/** Throws JoinStringError when there is nothing to join with. */
export function encodeJoinString(join: Join): string {
  const { addresses, secret, authorities } = join;
  const fault = faultOf(join);
  if (fault) throw new JoinStringError(fault);
  const content = Buffer.from(JSON.stringify({ a: addresses, s: secret, c: authorities }));
  return PREFIX + Buffer.concat([checkOf(content), content]).toString('base64url');
}

/** Throws JoinStringError. Blanks and line ends around it and within it are of no account: mail programs add them. */
export function decodeJoinString(text: string): Join {
  const whole = text.replace(/\s+/g, '');
  if (!whole.startsWith(PREFIX)) throw new JoinStringError(`a join string begins with ${PREFIX}`);
  if (whole.length > MAX_LENGTH) throw new JoinStringError('the join string is too long');
  const bytes = Buffer.from(whole.slice(PREFIX.length), 'base64url');
  const content = bytes.subarray(CHECK_BYTES);
  if (bytes.length <= CHECK_BYTES || Buffer.compare(bytes.subarray(0, CHECK_BYTES), checkOf(content)) !== 0)
    throw new JoinStringError('the join string is damaged or not whole: copy it again');
  const join = parsed(content);
  const fault = faultOf(join);
  if (fault) throw new JoinStringError(fault);
  return join;
}

function parsed(content: Buffer): Join {
  try {
    const { a, s, c } = JSON.parse(content.toString()) as { a: string[]; s: string; c: string[] };
    return { addresses: a, secret: s, authorities: c };
  } catch (cause) {
    throw new JoinStringError('the join string holds something else', { cause });
  }
}

function checkOf(content: Uint8Array): Buffer {
  return hash('sha256', content, 'buffer').subarray(0, CHECK_BYTES);
}

/** Also of what was decoded: who makes one can also compute its check. */
function faultOf(join: Join): string | undefined {
  const { secret } = join;
  if (typeof secret !== 'string' || !/^[\w-]{16,64}$/.test(secret)) return 'the secret is not one of a token';
  return placeFault(join);
}

/** Why these addresses and authorities cannot be where a collector is; undefined when they can. For people. */
export function placeFault({
  addresses,
  authorities,
}: Pick<Join, 'addresses' | 'authorities'>): string | undefined {
  if (!isList(addresses, MAX_ADDRESSES, isAddress) || addresses.length === 0)
    return '1 to 8 addresses are needed, each http or https without path';
  if (!isList(authorities, MAX_AUTHORITIES, (each) => /^[0-9a-f]{64}$/.test(each)))
    return 'an authority is named by 64 hex digits';
  if (authorities.length > 0 && addresses.some((address) => !address.startsWith('https:')))
    return 'with authorities every address must be https';
  return undefined;
}

function isList(value: unknown, most: number, good: (each: string) => boolean): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= most &&
    value.every((each) => typeof each === 'string' && good(each))
  );
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin, username } = new URL(text);
  return /^https?:$/.test(protocol) && origin === text && username === '';
}
