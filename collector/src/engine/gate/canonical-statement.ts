import { sqlTokens, type Token } from '../sql-tokens.ts';

/**
 * What a canonical statement (the engine's own one-line rendering, never the text that came in) consists of.
 * The lexical rules here are what makes it safe to show the text to the engine a second time.
 */
export interface CanonicalStatement {
  /** The statement without its FORMAT clause. */
  body: string;
  format: string | undefined;
  /** `{name:Type}` placeholders. */
  placeholders: { name: string; type: string }[];
  /** Names directly followed by a parenthesis, in lower case: everything the statement calls. */
  calls: string[];
}

export type CanonicalVerdict =
  | { allowed: true; statement: CanonicalStatement }
  | { allowed: false; reason: string };

const symbols = new Set([...'+-*/%=<>!.,()[]{}:?|^@~&']);
const forbiddenWords = new Map([
  ['OUTFILE', 'INTO OUTFILE writes files'],
  ['INFILE', 'FROM INFILE reads files'],
  ['COMPRESSION', 'COMPRESSION belongs to files'],
]);

/** Pure: the same text always has the same verdict. */
export function canonicalStatement(text: string): CanonicalVerdict {
  const tokens: Token[] = [];
  let end = 0;
  for (const token of sqlTokens(text)) {
    if (/[^ ]/.test(text.slice(end, token.start))) return refuse('it holds control characters');
    const reason = tokenRefusal(text, token);
    if (reason !== undefined) return refuse(reason);
    tokens.push(token);
    end = token.end;
  }
  if (text.slice(end).trim() !== '') return refuse('a quoted text in it does not end');
  if (tokens.length === 0) return refuse('it is empty');
  const placeholders = placeholdersIn(text, tokens);
  if (placeholders === undefined) return refuse('it holds curly brackets that are no {name:Type}');
  return {
    allowed: true,
    statement: { ...withoutFormat(text, tokens), placeholders, calls: callsIn(text, tokens) },
  };
}

function refuse(reason: string): CanonicalVerdict {
  return { allowed: false, reason };
}

function tokenRefusal(text: string, token: Token): string | undefined {
  const source = text.slice(token.start, token.end);
  switch (token.kind) {
    case 'comment':
    case 'heredoc':
      return `it still holds a ${token.kind} after formatting`;
    case 'quoted-name':
      // Backslashes stand for bytes that would break the lines of the syntax tree read later.
      return /[\\"]/.test(source) ? 'a quoted name in it holds an escape or a double quote' : undefined;
    case 'symbol':
      return symbols.has(source)
        ? undefined
        : `the character ${JSON.stringify(source)} stands outside quotes`;
    case 'word':
      return forbiddenWords.get(source.toUpperCase());
    default:
      return undefined;
  }
}

function withoutFormat(text: string, tokens: readonly Token[]): { body: string; format: string | undefined } {
  const [word, name] = tokens.slice(-2);
  const read = (token: Token | undefined) => (token ? text.slice(token.start, token.end) : '');
  if (word?.kind === 'word' && word.depth === 0 && read(word) === 'FORMAT' && name?.kind === 'word') {
    return { body: text.slice(0, word.start).trimEnd(), format: read(name) };
  }
  return { body: text.trimEnd(), format: undefined };
}

const maxPlaceholderTokens = 200;

const symbolAt = (text: string, token: Token | undefined) =>
  token?.kind === 'symbol' ? text[token.start] : undefined;

function placeholdersIn(
  text: string,
  tokens: readonly Token[],
): CanonicalStatement['placeholders'] | undefined {
  const found: CanonicalStatement['placeholders'] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'symbol' || text[token.start] !== '{') continue;
    // A placeholder is four or more tokens: {, name, :, type, }. Types nest in round brackets only.
    let last = index + 1;
    while (
      last < tokens.length &&
      last < index + maxPlaceholderTokens &&
      symbolAt(text, tokens[last]) !== '}'
    ) {
      last += 1;
    }
    const close = tokens[last];
    const inside = close && /^\{(\w+):(.+)\}$/s.exec(text.slice(token.start, close.end));
    if (inside?.[1] === undefined || inside[2] === undefined) return undefined;
    found.push({ name: inside[1], type: inside[2] });
  }
  return found;
}

/** The engine's rendering puts no space between a function and its arguments, and one before all others. */
function callsIn(text: string, tokens: readonly Token[]): string[] {
  const calls: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (next?.start !== token.end || text[next.start] !== '(') continue;
    if (token.kind === 'word') calls.push(text.slice(token.start, token.end).toLowerCase());
    if (token.kind === 'quoted-name') calls.push(text.slice(token.start + 1, token.end - 1).toLowerCase());
  }
  return calls;
}
