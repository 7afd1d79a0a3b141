/** Whether a process lives in a container: what it calls `/` is another folder than what the agent calls so. */
import { stat } from 'node:fs/promises';

/** In which a link names the program of a process, and another one the folder that is its `/`. */
const PROCESS = /^(\/proc\/[^/]+)\/exe$/;

/**
 * `openPath`: /proc/PID/exe. Sandboxes of applications (flatpak, snap) look the same from here; their programs lie in folders of this
 * computer, so it is for the caller to look there first. False when it cannot be told: the process has ended, or is another person's.
 */
export async function hasOtherRoot(openPath: string): Promise<boolean> {
  const folder = PROCESS.exec(openPath)?.[1];
  if (folder === undefined) return false;
  const [own, its] = await Promise.all(
    ['/', `${folder}/root`].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  return own !== undefined && its !== undefined && (own.dev !== its.dev || own.ino !== its.ino);
}
