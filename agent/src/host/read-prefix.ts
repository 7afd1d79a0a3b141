import { closeSync, openSync, readSync } from 'node:fs';

/** The beginning of a file that the kernel makes, whose size says nothing. Undefined when it cannot be read. */
export function readPrefix(path: string, bytes = 4096): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('utf8', 0, readSync(file, buffer));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
