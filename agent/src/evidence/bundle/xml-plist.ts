/**
 * Texts in the outermost dictionary of an XML property list (Apple's DTD `PropertyList-1.0`). One pass from left to
 * right that counts depth and keeps no tree, so nesting costs nothing. Entities are the five of XML and numbers; a
 * document's own are not known here, so none can grow. Pure, for untrusted bytes: it ends where the document makes no
 * sense.
 */
import type { LimitNote } from '../limit-note.ts';
import { textOfPiece, textOfXml, type XmlPiece, xmlPieces } from '../xml/xml-pieces.ts';

/** In characters; longer than any text of evidence. */
const LONGEST_TEXT = 2048;
/** plist > dict > key and value. */
const ENTRY_DEPTH = 3;

/**
 * Values of the wanted keys that are texts. Of a key that is there twice the first counts. Empty when the dictionary
 * does not end: of a file that is only half there, half its names would be another bundle.
 */
export function xmlPlistTexts(
  file: Uint8Array,
  wanted: ReadonlySet<string>,
  limits: LimitNote,
): ReadonlyMap<string, string> {
  const document = textOfXml(file);
  if (document === undefined) return new Map();
  const dictionary = new OutermostDictionary(wanted, limits);
  for (const piece of xmlPieces(document)) {
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

  take(piece: XmlPiece): void {
    if (piece.kind === 'open') this.#open(piece.name);
    else if (piece.kind === 'close') this.#close();
    else if (this.#depth === ENTRY_DEPTH) this.#append(piece);
  }

  #append(piece: XmlPiece & { kind: 'text' }): void {
    const length = (this.#text?.length ?? 0) + piece.text.length;
    const isWanted = this.#element === 'string' && this.#wanted.has(this.#key ?? '');
    if (isWanted) this.#limits.exceeds(length, LONGEST_TEXT);
    const more = length > LONGEST_TEXT ? undefined : textOfPiece(piece);
    this.#text = this.#text === undefined || more === undefined ? undefined : this.#text + more;
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
