#!/usr/bin/env node
/**
 * Starts the agent on the runtime it is made for. Plain JavaScript of long ago, since whatever `node` is first on
 * the PATH has to be able to read it.
 */
import { spawn } from 'node:child_process';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major === 24 && minor >= 15) await startHere();
else startPinnedRuntime();

/**
 * Compiled code is kept beside the code itself: whoever may write there could change the code already. Without it the
 * runtime loads a translator of TypeScript, which takes 17 MiB for as long as the agent lives; a folder that cannot be
 * written to costs just that.
 */
async function startHere() {
  // Threads and the process that lean-process.ts makes of this one find it by this name.
  process.env.NODE_COMPILE_CACHE ||= fileURLToPath(new URL('../.code-cache', import.meta.url));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import('../src/main.ts');
}

function startPinnedRuntime() {
  const runtime = findPinnedRuntime();
  if (!runtime) {
    console.error(
      `fleetmeter-agent: needs Node >=24.15 <25, this is ${process.versions.node}, and the pinned runtime is not installed (npm ci brings it)`,
    );
    process.exit(1);
  }
  const child = spawn(runtime, [import.meta.filename ?? process.argv[1], ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`fleetmeter-agent: cannot start ${runtime}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
}

function findPinnedRuntime() {
  const require = module.createRequire(import.meta.url);
  try {
    return require.resolve(
      `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}/bin/node`,
    );
  } catch {
    return undefined;
  }
}
