/** The agent's state folder: private to its user. */
import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StateError } from './state-error.ts';

/** The agent's own folder below the data folder that it shares with a collector on the same machine. */
export function stateFolderOf(dataDir: string): string {
  return join(dataDir, 'agent');
}

/** Makes the folder (0700) if need be and proves that it can be written. Throws StateError 'folder-unusable'. */
export function openStateFolder(dataDir: string): string {
  const folder = stateFolderOf(dataDir);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new StateError('folder-unusable', `cannot write the state folder ${folder} (${code})`, { cause });
  }
  return folder;
}
