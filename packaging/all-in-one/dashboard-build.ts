/** Builds the page when it is missing or older than what it is made from. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

export function dashboardIsStale(collector: string): boolean {
  const written = newestChange(join(collector, 'src/dashboard'));
  // An installed collector comes with the page built and without its sources.
  if (written === undefined) return false;
  return written > (newestChange(join(collector, 'dist/dashboard')) ?? 0);
}

/** Newest modification time below the folder, undefined when it holds no file. */
function newestChange(folder: string): number | undefined {
  let newest: number | undefined;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
      if (entry.isFile())
        newest = Math.max(newest ?? 0, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return newest;
}

/** Runs the collector's build. Throws StartError when it fails; run by hand it says why. */
export async function buildDashboard(repository: string): Promise<void> {
  const child = spawn('npm', ['run', 'build', '-w', 'collector'], {
    cwd: repository,
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', resolve);
  });
  if (code !== 0)
    throw new StartError(`the page could not be built (${code}); npm run build -w collector says why`);
}
