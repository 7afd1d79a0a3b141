/** Runs a client program of this folder to its end. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Resolves with what it printed; rejects with what it complained of when it did not end well. */
export function runClient(program: string, args: readonly (string | number)[]): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`${program} ended with ${code}: ${said.trim()}`)),
    );
  });
}
