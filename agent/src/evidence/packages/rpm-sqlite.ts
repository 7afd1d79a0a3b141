/** The package headers in rpm's SQLite database. Nothing is written beside it, and no lock of it is taken if it rests. */
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** undefined for a header that is too large to be read. Throws when the file is no such database. */
export async function* sqliteHeaders(
  file: string,
  mostHeaderBytes: number,
): AsyncGenerator<Uint8Array | undefined> {
  // Loaded when there is an rpm database only.
  const { DatabaseSync } = await import('node:sqlite');
  const url = pathToFileURL(file);
  // With changes in the log SQLite has to be let at it; else it would make files and take locks for no use.
  if (bytesOf(`${file}-wal`) === 0) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    database.exec('PRAGMA cache_size = -512');
    const headers = database.prepare(
      'SELECT CASE WHEN length(blob) <= ? THEN blob END AS header FROM Packages ORDER BY hnum',
    );
    for (const { header } of headers.iterate(mostHeaderBytes))
      yield header instanceof Uint8Array ? header : undefined;
  } finally {
    database.close();
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
