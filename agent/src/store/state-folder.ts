/** The agent's state folder: private to its user. */
import { accessSync, chmodSync, constants, existsSync, mkdirSync } from 'node:fs';
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
    makeDataFolder(dataDir);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new StateError('folder-unusable', `cannot write the state folder ${folder} (${code})`, { cause });
  }
  return folder;
}

/**
 * Everybody may go through a data folder that the agent makes, to what is shown to everybody (see disclosed/), and nobody
 * may look around in it. One that is there already has the mode that somebody gave it.
 */
function makeDataFolder(dataDir: string): void {
  if (existsSync(dataDir)) return;
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  chmodSync(dataDir, 0o711);
}
