/**
 * What `npm start` runs. Small and plain, because an older Node must be able to read it: it finds the runtime the
 * project is pinned to, becomes it when it is not already, and leaves the rest to all-in-one.ts.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

const LINE = 24;
const OLDEST_MINOR = 15;

if (isOfOurLine(process.versions.node)) {
  const { runAllInOne } = await import('./all-in-one.ts');
  await runAllInOne(process.argv.slice(2));
} else {
  const runtime = pinnedRuntime();
  if (runtime === undefined || process.env.FLEETMETER_PINNED_RUNTIME === '1') {
    console.error(
      `fleetmeter needs Node ${LINE}.${OLDEST_MINOR} or a later ${LINE}, this is ${process.versions.node}; npm ci brings one`,
    );
    process.exitCode = 1;
  } else {
    become(runtime);
  }
}

function isOfOurLine(version) {
  const [major, minor] = version.split('.').map(Number);
  return major === LINE && minor >= OLDEST_MINOR;
}

function pinnedRuntime() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${system}-${process.arch}/package.json`);
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Runs this file again under the runtime. Its stdin is a pipe of ours, so that it ends even if we are killed. */
function become(runtime) {
  const child = spawn(runtime, process.argv.slice(1), {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, FLEETMETER_PARENT_PIPE: '1', FLEETMETER_PINNED_RUNTIME: '1' },
  });
  child.stdin.on('error', () => {});
  if (process.env.FLEETMETER_PARENT_PIPE === '1') process.stdin.pipe(child.stdin);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`cannot run ${runtime}: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
