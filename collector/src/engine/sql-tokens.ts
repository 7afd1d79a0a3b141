/**
 * A lexer for ClickHouse's SQL that knows just enough to tell words from quoted text. It is used where the
 * difference decides something: where the data of an INSERT begins, and what a canonical statement contains.
 */
export type TokenKind = 'word' | 'number' | 'string' | 'quoted-name' | 'heredoc' | 'comment' | 'symbol';

export interface Token {
  kind: TokenKind;
  /** Offsets into the text; `end` is exclusive. */
  start: number;
  end: number;
  /** Nesting of round, square and curly brackets around the token. */
  depth: number;
}

const wordStart = /[A-Za-z_]/;
const wordPart = /[A-Za-z0-9_]/;
const digit = /[0-9]/;
const space = /[\s\0]/;

/** Tokens in order, lazily, so that a caller can stop where data begins. Stops at an unclosed quote. */
export function* sqlTokens(text: string): Generator<Token> {
  let at = 0;
  let depth = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (space.test(char)) {
      at += 1;
      continue;
    }
    const start = at;
    const kind = kindAt(text, at);
    at = endOf(text, at, kind);
    if (at < 0) return;
    if (char === ')' || char === ']' || char === '}') depth = Math.max(0, depth - 1);
    yield { kind, start, end: at, depth };
    if (char === '(' || char === '[' || char === '{') depth += 1;
  }
}

function kindAt(text: string, at: number): TokenKind {
  const char = text.charAt(at);
  const pair = text.slice(at, at + 2);
  if (pair === '--' || pair === '/*' || pair === '# ' || pair === '#!') return 'comment';
  if (char === "'") return 'string';
  if (char === '`' || char === '"') return 'quoted-name';
  if (char === '$' && heredocTag(text, at) !== undefined) return 'heredoc';
  if (wordStart.test(char)) return 'word';
  if (digit.test(char)) return 'number';
  return 'symbol';
}

function endOf(text: string, at: number, kind: TokenKind): number {
  switch (kind) {
    case 'comment':
      return endOfComment(text, at);
    case 'string':
    case 'quoted-name':
      return endOfQuoted(text, at);
    case 'heredoc':
      return endOfHeredoc(text, at);
    case 'word':
    case 'number':
      return endOfWord(text, at);
    case 'symbol':
      return at + 1;
  }
}

function endOfComment(text: string, at: number): number {
  if (text.startsWith('/*', at)) {
    const close = text.indexOf('*/', at + 2);
    return close < 0 ? -1 : close + 2;
  }
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

function endOfQuoted(text: string, at: number): number {
  const quote = text.charAt(at);
  for (let next = at + 1; next < text.length; next += 1) {
    const char = text.charAt(next);
    if (char === '\\') next += 1;
    else if (char === quote) {
      if (text.charAt(next + 1) !== quote) return next + 1;
      next += 1;
    }
  }
  return -1;
}

function heredocTag(text: string, at: number): string | undefined {
  return /^\$\w*\$/.exec(text.slice(at, at + 130))?.[0];
}

function endOfHeredoc(text: string, at: number): number {
  const tag = heredocTag(text, at) ?? '$$';
  const close = text.indexOf(tag, at + tag.length);
  return close < 0 ? -1 : close + tag.length;
}

function endOfWord(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && wordPart.test(text.charAt(end))) end += 1;
  return end;
}
