/**
 * What an Info.plist says its bundle is called (keys as in Apple's "Information Property List"). XML and binary; the
 * old text form has not been written for bundles since Mac OS X 10.2 and is not read. Pure, for untrusted bytes: what
 * does not make sense is missing.
 */
import { LimitNote } from '../limit-note.ts';
import { binaryPlistTexts, isBinaryPlist } from './binary-plist.ts';
import { xmlPlistTexts } from './xml-plist.ts';

export interface BundleInfo {
  id?: string | undefined;
  name?: string | undefined;
  /** What people see; the build's number where there is none. */
  version?: string | undefined;
}

const ID = 'CFBundleIdentifier';
const NAME = 'CFBundleName';
const DISPLAY_NAME = 'CFBundleDisplayName';
const VERSION = 'CFBundleShortVersionString';
const BUILD = 'CFBundleVersion';
const WANTED: ReadonlySet<string> = new Set([ID, NAME, DISPLAY_NAME, VERSION, BUILD]);

/** undefined: it is no property list, or says none of these. */
export function infoOf(bytes: Uint8Array, limits = new LimitNote()): BundleInfo | undefined {
  const textsIn = isBinaryPlist(bytes) ? binaryPlistTexts : xmlPlistTexts;
  const texts = textsIn(bytes, WANTED, limits);
  const text = (key: string): string | undefined => sensible(texts.get(key));
  const info: BundleInfo = {
    id: text(ID),
    name: text(NAME) ?? text(DISPLAY_NAME),
    version: text(VERSION) ?? text(BUILD),
  };
  return info.id === undefined && info.name === undefined && info.version === undefined ? undefined : info;
}

/** A variable such as `$(PRODUCT_NAME)` is left over where somebody copied a source file. */
function sensible(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed && !/\$[({]/.test(trimmed) ? trimmed : undefined;
}
