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

/** Runs the collector's build; throws StartError with the last words of a build that failed. */
export async function buildDashboard(repository: string): Promise<void> {
  const child = spawn('npm', ['run', 'build', '--silent', '-w', 'collector'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let words = '';
  const keep = (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new StartError(`cannot run npm to build the page (${cause.message})`, { cause })),
    );
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new StartError(
      `the page does not build (npm run build -w collector): ${words.trim().split('\n').at(-1)}`,
    );
}
