/**
 * Texts in the outermost dictionary of an XML property list (Apple's DTD `PropertyList-1.0`). One pass from left to
 * right that counts depth and keeps no tree, so nesting costs nothing. Entities are the five of XML and numbers; a
 * document's own are not known here, so none can grow. Pure, for untrusted bytes: it ends where the document makes no
 * sense.
 */
import type { LimitNote } from '../limit-note.ts';

/** In characters; longer than any text of evidence. */
const LONGEST_TEXT = 2048;
/** plist > dict > key and value. */
const ENTRY_DEPTH = 3;

type Piece =
  | { kind: 'open'; name: string }
  | { kind: 'close' }
  /** As it is written; `literal` when entities mean nothing in it. */
  | { kind: 'text'; text: string; literal: boolean };

/**
 * Values of the wanted keys that are texts. Of a key that is there twice the first counts. Empty when the dictionary
 * does not end: of a file that is only half there, half its names would be another bundle.
 */
export function xmlPlistTexts(
  file: Uint8Array,
  wanted: ReadonlySet<string>,
  limits: LimitNote,
): ReadonlyMap<string, string> {
  const document = textOfDocument(file);
  if (document === undefined) return new Map();
  const dictionary = new OutermostDictionary(wanted, limits);
  for (const piece of piecesOf(document)) {
    dictionary.take(piece);
    if (dictionary.state !== 'open') break;
  }
  return dictionary.state === 'ended' ? dictionary.texts : new Map();
}

class OutermostDictionary {
  readonly texts = new Map<string, string>();
  state: 'open' | 'ended' | 'other' = 'open';
  readonly #wanted: ReadonlySet<string>;
  readonly #limits: LimitNote;
  #depth = 0;
  /** Of the entry that is open: name of the element, and its text as long as it makes sense. */
  #element = '';
  #text: string | undefined;
  #key: string | undefined;

  constructor(wanted: ReadonlySet<string>, limits: LimitNote) {
    this.#wanted = wanted;
    this.#limits = limits;
  }

  take(piece: Piece): void {
    if (piece.kind === 'open') this.#open(piece.name);
    else if (piece.kind === 'close') this.#close();
    else if (this.#depth === ENTRY_DEPTH) this.#append(piece);
  }

  #append(piece: Piece & { kind: 'text' }): void {
    const length = (this.#text?.length ?? 0) + piece.text.length;
    const isWanted = this.#element === 'string' && this.#wanted.has(this.#key ?? '');
    if (isWanted) this.#limits.exceeds(length, LONGEST_TEXT);
    this.#text = length > LONGEST_TEXT ? undefined : appended(this.#text, piece);
  }

  #open(name: string): void {
    this.#depth++;
    if ((this.#depth === 1 && name !== 'plist') || (this.#depth === 2 && name !== 'dict'))
      this.state = 'other';
    if (this.#depth !== ENTRY_DEPTH) return;
    this.#element = name;
    this.#text = '';
  }

  #close(): void {
    if (this.#depth === ENTRY_DEPTH) this.#entry();
    this.#depth--;
    if (this.#depth < 2) this.state = 'ended';
  }

  #entry(): void {
    const key = this.#key;
    this.#key = this.#element === 'key' ? this.#text : undefined;
    if (this.#element !== 'string' || key === undefined || this.#text === undefined) return;
    if (this.#wanted.has(key) && !this.texts.has(key)) this.texts.set(key, this.#text);
  }
}

/** UTF-8 or, with a byte order mark, UTF-16. */
function textOfDocument(file: Uint8Array): string | undefined {
  const encoding =
    file[0] === 0xfe && file[1] === 0xff
      ? 'utf-16be'
      : file[0] === 0xff && file[1] === 0xfe
        ? 'utf-16le'
        : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(file);
  } catch {
    return undefined;
  }
}

/** Each search begins where the last one ended and a search without result ends all, so it is one pass. */
function* piecesOf(document: string): Generator<Piece> {
  for (let at = 0; at < document.length; ) {
    if (document[at] !== '<') {
      const tag = document.indexOf('<', at);
      const end = tag < 0 ? document.length : tag;
      yield { kind: 'text', text: document.slice(at, end), literal: false };
      at = end;
      continue;
    }
    const [opening, closing] = document.startsWith('<!--', at)
      ? ['<!--', '-->']
      : document.startsWith('<![CDATA[', at)
        ? ['<![CDATA[', ']]>']
        : ['<', '>'];
    const start = at + opening.length;
    const end = document.indexOf(closing, start);
    if (end < 0) return;
    if (closing === ']]>') yield { kind: 'text', text: document.slice(start, end), literal: true };
    if (closing === '>') yield* elementPieces(document.slice(start, end));
    at = end + closing.length;
  }
}

/** What stands between `<` and `>`. */
function* elementPieces(tag: string): Generator<Piece> {
  if (tag.startsWith('!') || tag.startsWith('?')) return;
  if (tag.startsWith('/')) {
    yield { kind: 'close' };
    return;
  }
  yield { kind: 'open', name: /^[A-Za-z]*/.exec(tag)?.[0] ?? '' };
  if (tag.endsWith('/')) yield { kind: 'close' };
}

/** undefined once it holds an entity that is not known. */
function appended(text: string | undefined, piece: Piece & { kind: 'text' }): string | undefined {
  if (text === undefined) return undefined;
  const more = piece.literal ? piece.text : withoutEntities(piece.text);
  return more === undefined ? undefined : text + more;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function withoutEntities(text: string): string | undefined {
  let known = true;
  const replaced = text.replace(/&([^;&]*);?/g, (_, name: string) => {
    const character = ENTITIES.get(name) ?? numbered(name);
    known &&= character !== undefined;
    return character ?? '';
  });
  return known ? replaced : undefined;
}

/** `#65` or `#x41`. */
function numbered(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? [];
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
