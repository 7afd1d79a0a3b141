/** The command line beside a collector that runs, as a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../collector/bin/fleetmeter-collector.mjs');
const TIMEOUT_MS = 120_000;

export interface CommandEnd {
  code: number;
  stdout: string;
  stderr: string;
}

/** `folder` holds the data folder. Resolves with whatever exit code. */
export function collectorCommand(folder: string, ...args: string[]): Promise<CommandEnd> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, ...args, '--data-dir', join(folder, 'data')],
      { timeout: TIMEOUT_MS },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          stdout,
          stderr,
        }),
    );
  });
}

/** What it prints with --json; throws what it says when it cannot. Exit code 1 with an answer is an answer. */
export async function answerOf<T>(folder: string, ...args: string[]): Promise<T> {
  const { stdout, stderr } = await collectorCommand(folder, ...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
}
