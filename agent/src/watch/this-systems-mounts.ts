/** What is mounted on the computer that the agent runs on; nothing where that cannot be known. */
import type { Mount } from './mount-table.ts';
import { mountsByCommand } from './mounts.darwin.ts';
import { readMountInfo } from './mounts.linux.ts';

const byCommand = mountsByCommand();

/** Without waiting for any server. Never throws. */
export function thisSystemsMounts(platform: NodeJS.Platform = process.platform): Mount[] {
  if (platform === 'darwin') return byCommand();
  try {
    return readMountInfo();
  } catch {
    return [];
  }
}
