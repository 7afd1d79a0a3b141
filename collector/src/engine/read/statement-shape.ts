import { createHash } from 'node:crypto';
import { sqlTokens } from '../sql-tokens.ts';

/**
 * 16 hex digits that stand for a statement whatever values are in it: a page asks the same thing for another day or
 * device each time. `canonical` is the engine's own rendering, so spaces, comments and the case of keywords are
 * out of it already. Pure.
 */
export function statementShape(canonical: string): string {
  const parts: string[] = [];
  for (const { kind, start, end } of sqlTokens(canonical)) {
    parts.push(kind === 'number' || kind === 'string' ? '?' : canonical.slice(start, end));
  }
  // A list counts as one value however long it is, and so does a number with a point in it.
  const text = parts.join(' ').replace(/\?(?: [,.] \?)+/g, '?');
  return shortHash(text);
}

/** What the sender of a request calls itself, as 16 hex digits. Nothing proves it: readers need no password. */
export function senderShape(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  return shortHash(JSON.stringify(SENDER_HEADERS.map((name) => headers[name] ?? '')));
}

/** Grafana names its user when it is told to, and a proxy the computer it speaks for. */
const SENDER_HEADERS = ['user-agent', 'x-grafana-user', 'x-forwarded-for'];

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
