/** A string as ClickHouse's single-quoted literal: only the backslash and the quote can end or escape one. */
export function sqlString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

/**
 * Text from outside as an expression: hexadecimal digits cannot leave their quotes whatever the bytes were.
 * Bound parameters would do too, but the binding runs those one at a time for the entire process.
 */
export function sqlUnhex(bytes: Buffer): string {
  return `unhex('${bytes.toString('hex')}')`;
}

/** A plain name: database, setting or parameter. */
export const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
