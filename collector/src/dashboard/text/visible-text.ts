/**
 * Names come from every computer of the fleet and may hold anything. React keeps markup inert; what is left are
 * characters that are not seen but act: control characters, direction overrides that make a name read backwards,
 * zero-width ones that make two names look the same. They are shown as escapes instead.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export interface Piece {
  text: string;
  /** The text stands for a character that is not seen. */
  escaped: boolean;
}

export function visiblePieces(value: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of value.matchAll(UNSEEN)) {
    if (match.index > from) pieces.push({ text: value.slice(from, match.index), escaped: false });
    pieces.push({ text: escapeOf(match[0]), escaped: true });
    from = match.index + match[0].length;
  }
  if (from < value.length) pieces.push({ text: value.slice(from), escaped: false });
  return pieces;
}

/** For places that hold plain text only: titles, labels. */
export function visibleText(value: string): string {
  return value.replace(UNSEEN, escapeOf);
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
