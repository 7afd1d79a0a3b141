/** Makes real programs: copies of a real ELF with a tail of their own, so that each has a hash of its own. */
import { appendFileSync, chmodSync, copyFileSync, renameSync, writeFileSync } from 'node:fs';

/** An ELF that sleeps; bytes after its end do not disturb the loader. */
const SLEEP = '/usr/bin/sleep';

/** Puts a sleeping program at `path`, atomically as installers do. */
export function makeProgram(path: string, tail: string): void {
  const temporary = `${path}.new`;
  copyFileSync(SLEEP, temporary);
  appendFileSync(temporary, tail);
  chmodSync(temporary, 0o755);
  renameSync(temporary, path);
}

export function makeScript(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}
