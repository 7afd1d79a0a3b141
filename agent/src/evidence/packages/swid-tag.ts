/**
 * What a SWID tag says its product is: ISO/IEC 19770-2:2015 (all of it in attributes) and its edition of 2009 (all of
 * it in elements). Pure, for untrusted bytes: what does not make sense is no tag.
 */
import type { PackageOwner } from '../package-owner.ts';
import { textOfPiece, textOfXml, type XmlPiece, xmlPieces } from '../xml/xml-pieces.ts';
import { withoutMailAddress } from './vendor-name.ts';

/** In characters; longer than any text of evidence. */
const LONGEST_TEXT = 2048;
/** No tag's product is named deeper; what lies deeper is only counted. */
const DEEPEST = 4;
/** What was installed, file by file, comes behind what is of interest here, and may be as long as it likes. */
const LISTS = new Set(['SoftwareIdentity/Payload', 'SoftwareIdentity/Evidence']);
const TEXTS_OF_2009: ReadonlyMap<string, string> = new Map([
  ['software_identification_tag/product_title', 'name'],
  ['software_identification_tag/product_version/name', 'version'],
  ['software_identification_tag/software_creator/name', 'vendor'],
]);

/** undefined: no whole tag, or one of a patch, of a medium to install from, or that only adds to another. */
export function swidOwner(file: Uint8Array): PackageOwner | undefined {
  const document = textOfXml(file);
  if (document === undefined) return undefined;
  const tag = new SwidTag();
  for (const piece of xmlPieces(document)) {
    tag.take(piece);
    if (tag.isRead) return tag.owner();
  }
  return undefined;
}

class SwidTag {
  isRead = false;
  readonly #said = new Map<string, string>();
  readonly #path: string[] = [];
  #depth = 0;
  #text: string | undefined = '';

  take(piece: XmlPiece): void {
    if (piece.kind === 'open') this.#open(piece);
    else if (piece.kind === 'close') this.#close();
    else if (this.#depth === this.#path.length) this.#append(textOfPiece(piece));
  }

  owner(): PackageOwner | undefined {
    const said = (what: string): string | undefined => this.#said.get(what)?.trim() || undefined;
    const [name, version] = [said('name'), said('version')];
    if (name === undefined || version === undefined) return undefined;
    if (['patch', 'corpus', 'supplemental'].some((kind) => said(kind) === 'true')) return undefined;
    return {
      manager: 'swid',
      name,
      version,
      architecture: said('arch'),
      vendor: withoutMailAddress(said('vendor')),
      edition: said('edition'),
    };
  }

  #open(piece: XmlPiece & { kind: 'open' }): void {
    this.#depth++;
    if (this.#depth > DEEPEST) return;
    this.#path.push(piece.name);
    this.#text = '';
    const at = this.#path.join('/');
    if (at === 'SoftwareIdentity') this.#note(piece, 'name', 'version', 'patch', 'corpus', 'supplemental');
    else if (at === 'SoftwareIdentity/Meta') this.#note(piece, 'edition', 'arch');
    else if (at === 'SoftwareIdentity/Entity') this.#noteCreator(piece.attributes());
    else if (LISTS.has(at)) this.isRead = true;
  }

  /** Of what is said twice the first counts. */
  #note(piece: XmlPiece & { kind: 'open' }, ...names: string[]): void {
    const attributes = piece.attributes();
    for (const name of names) this.#say(name, attributes.get(name));
  }

  #noteCreator(attributes: ReadonlyMap<string, string>): void {
    const roles = (attributes.get('role') ?? '').split(/\s+/);
    if (roles.includes('softwareCreator')) this.#say('vendor', attributes.get('name'));
  }

  #append(more: string | undefined): void {
    const text = this.#text === undefined || more === undefined ? undefined : this.#text + more;
    this.#text = text === undefined || text.length > LONGEST_TEXT ? undefined : text;
  }

  #close(): void {
    if (this.#depth === this.#path.length) {
      const what = TEXTS_OF_2009.get(this.#path.join('/'));
      if (what !== undefined) this.#say(what, this.#text);
      this.#path.pop();
    }
    this.#text = '';
    this.#depth--;
    this.isRead ||= this.#depth <= 0;
  }

  #say(what: string, text: string | undefined): void {
    if (text !== undefined && text.length <= LONGEST_TEXT && !this.#said.has(what))
      this.#said.set(what, text);
  }
}
