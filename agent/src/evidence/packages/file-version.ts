/** Tells one state of a file or folder from another without reading it. */
import { statSync } from 'node:fs';

/** undefined: nothing is there, or nothing that may be looked at. */
export function fileVersion(path: string): string | undefined {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch {
    return undefined;
  }
}
