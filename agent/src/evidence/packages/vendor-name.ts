/** The name of whoever made or keeps a package. Pure. */

/** `Ada Lovelace <ada@example.org>` -> `Ada Lovelace`. A maintainer who is nothing but an address stays unnamed. */
export function withoutMailAddress(maintainer: string | undefined): string | undefined {
  const name = maintainer
    ?.replace(/<[^>]*>?/g, ' ')
    .replace(/\S+@\S+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,;])/g, '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/[ ,;(]+$/, '');
  return name || undefined;
}
