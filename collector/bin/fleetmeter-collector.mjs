#!/usr/bin/env node
// Starts the collector with a Node that can run it: this one when it is new enough, else the one that is pinned
// in package-lock.json. Kept so simple that any Node since 14 can read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major === 24 && minor >= 15) {
  process.argv[1] = main;
  await import('../src/main.ts');
} else {
  const runtime = pinnedRuntime();
  if (runtime === undefined) {
    process.stderr.write(
      `fleetmeter-collector: needs Node 24.15 or a later 24, this is ${process.versions.node}; run "npm ci" or install it\n`,
    );
    process.exit(1);
  }
  const child = spawn(runtime, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`fleetmeter-collector: ${runtime} cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) =>
    process.exit(code === null ? 128 + (signal === 'SIGKILL' ? 9 : 15) : code),
  );
}

/** The runtime that npm installed for this platform, or undefined. */
function pinnedRuntime() {
  try {
    const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const path = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
