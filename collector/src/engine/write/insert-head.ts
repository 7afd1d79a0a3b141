import { sqlTokens, type Token } from '../sql-tokens.ts';

/** An INSERT that brings data: where its statement ends and its data begins. Offsets are bytes. */
export interface InsertHead {
  /** The statement, up to and including `FORMAT Name`; `VALUES` is written as `FORMAT Values`. */
  statement: string;
  format: string;
  dataStart: number;
}

/**
 * Find where the statement ends in the first bytes of a request, or undefined when this is not an INSERT with
 * data. Only decides where to cut: the statement is judged by the engine's parser afterwards, and the data
 * never reaches a parser of statements. Pure.
 */
export function insertHead(head: Buffer): InsertHead | undefined {
  // One character a byte, so that offsets in the text are offsets in the bytes.
  const text = head.toString('latin1');
  let first = true;
  let formatWord: Token | undefined;
  for (const token of sqlTokens(text)) {
    if (token.kind === 'comment') continue;
    const word = token.kind === 'word' ? text.slice(token.start, token.end).toUpperCase() : '';
    if (first) {
      if (word !== 'INSERT') return undefined;
      first = false;
      continue;
    }
    if (token.depth > 0) continue;
    if (formatWord) {
      if (token.kind !== 'word') return undefined;
      const format = text.slice(token.start, token.end);
      // The engine's parser refuses a semicolon here, and says how to write it.
      if (/^\s*;/.test(text.slice(token.end, token.end + 64))) return undefined;
      return {
        statement: bytesAsText(head.subarray(0, token.end)),
        format,
        dataStart: afterFormat(text, token.end),
      };
    }
    if (word === 'SELECT' || word === 'WITH' || word === 'INFILE') return undefined;
    if (word === 'VALUES') {
      const statement = bytesAsText(head.subarray(0, token.start));
      return { statement: `${statement} FORMAT Values`, format: 'Values', dataStart: token.end };
    }
    if (word === 'FORMAT') formatWord = token;
  }
  return undefined;
}

const bytesAsText = (bytes: Buffer) => bytes.toString('utf8');

/** Data starts after the first line end, or else after the spaces that follow the format's name. */
function afterFormat(text: string, at: number): number {
  let next = at;
  while (next < text.length && ' \t\f'.includes(text.charAt(next))) next += 1;
  if (text.charAt(next) === '\r') next += 1;
  if (text.charAt(next) === '\n') next += 1;
  return next;
}

export interface InsertStatement {
  /** Up to the table and its columns. */
  target: string;
  /** ` SETTINGS ...` or nothing. */
  settings: string;
  format: string;
}

/** Split the engine's canonical rendering of an INSERT's statement so that a file can be put in. Pure. */
export function insertStatement(canonical: string): InsertStatement | undefined {
  if (!canonical.startsWith('INSERT INTO ')) return undefined;
  let settingsAt: number | undefined;
  let formatAt: number | undefined;
  let format = '';
  for (const token of sqlTokens(canonical)) {
    if (token.depth > 0 || token.kind !== 'word') continue;
    const word = canonical.slice(token.start, token.end);
    if (word === 'INFILE' || word === 'SELECT' || word === 'WATCH') return undefined;
    if (word === 'SETTINGS' && token.start > 'INSERT INTO '.length) settingsAt ??= token.start;
    if (word === 'FORMAT' && token.start > 'INSERT INTO '.length) formatAt = token.start;
    format = word;
  }
  if (formatAt === undefined || !canonical.trimEnd().endsWith(`FORMAT ${format}`)) return undefined;
  const target = canonical.slice(0, settingsAt ?? formatAt).trimEnd();
  const settings = settingsAt === undefined ? '' : ` ${canonical.slice(settingsAt, formatAt).trimEnd()}`;
  return { target, settings, format };
}

/**
 * VALUES as people type them may end in a semicolon; the engine would stop reading there and drop what follows
 * without a word. The data without it, or undefined when something follows. Pure.
 */
export function valuesOnly(data: Buffer): Buffer | undefined {
  const text = data.toString('latin1');
  for (const token of sqlTokens(text)) {
    if (token.kind !== 'symbol' || text[token.start] !== ';') continue;
    return text.slice(token.end).trim() === '' ? data.subarray(0, token.start) : undefined;
  }
  return data;
}
