/**
 * An XML document as what stands in it one after the other: elements that open and close, and texts. No tree is kept,
 * so nesting costs nothing. Entities are the five of XML and numbers; a document's own are not known here, so none can
 * grow. Prefixes of names are left off. Pure, for untrusted bytes: it ends where the document makes no sense.
 */
export type XmlPiece =
  | { kind: 'open'; name: string; attributes: () => ReadonlyMap<string, string> }
  | { kind: 'close' }
  /** As it is written; `literal` when entities mean nothing in it. */
  | { kind: 'text'; text: string; literal: boolean };

const ELEMENT = /^(?:[\w.-]*:)?([\w.-]*)/;
const ATTRIBUTE = /\s(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** UTF-8 or, with a byte order mark, UTF-16. Of a file that was read in part the last letter may be cut, and is left out. */
export function textOfXml(file: Uint8Array): string | undefined {
  const encoding =
    file[0] === 0xfe && file[1] === 0xff
      ? 'utf-16be'
      : file[0] === 0xff && file[1] === 0xfe
        ? 'utf-16le'
        : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(file, { stream: true });
  } catch {
    return undefined;
  }
}

/** Each search begins where the last one ended and a search without result ends all, so it is one pass. */
export function* xmlPieces(document: string): Generator<XmlPiece> {
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
    const end = closing === '>' ? endOfTag(document, start) : document.indexOf(closing, start);
    if (end < 0) return;
    if (closing === ']]>') yield { kind: 'text', text: document.slice(start, end), literal: true };
    if (closing === '>') yield* elementPieces(document.slice(start, end));
    at = end + closing.length;
  }
}

/** Of the `>` that is in no quotes; -1: there is none. */
function endOfTag(document: string, start: number): number {
  for (let at = start; at < document.length; at++) {
    const character = document[at];
    if (character === '>') return at;
    if (character !== '"' && character !== "'") continue;
    at = document.indexOf(character, at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

/** What stands between `<` and `>`. */
function* elementPieces(tag: string): Generator<XmlPiece> {
  if (tag.startsWith('!') || tag.startsWith('?')) return;
  if (tag.startsWith('/')) {
    yield { kind: 'close' };
    return;
  }
  yield { kind: 'open', name: ELEMENT.exec(tag)?.[1] ?? '', attributes: () => attributesOf(tag) };
  if (tag.endsWith('/')) yield { kind: 'close' };
}

/** Of one that is there twice, with different prefixes, the first counts. One with unknown entities is left out. */
function attributesOf(tag: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of tag.matchAll(ATTRIBUTE)) {
    const value = withoutEntities(double ?? single ?? '');
    if (value !== undefined && !attributes.has(name)) attributes.set(name, value);
  }
  return attributes;
}

/** undefined when it holds an entity that is not known. */
export function textOfPiece(piece: XmlPiece & { kind: 'text' }): string | undefined {
  return piece.literal ? piece.text : withoutEntities(piece.text);
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
