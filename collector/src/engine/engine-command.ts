import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { startEngine } from './engine.ts';
import { EngineStartError } from './engine-database.ts';
import { defaultReaders, engineLimits, threadPoolSize } from './engine-limits.ts';

const usage =
  'usage: fleetmeter-collector engine --data-dir DIR [--port 8123] [--host 127.0.0.1] [--readers 8] [--spool-dir DIR]';

interface EngineArguments {
  dataDir: string;
  host: string;
  port: number;
  readers: number;
  spoolDir: string | undefined;
}

/**
 * `fleetmeter-collector engine ...`: serve until SIGTERM, SIGINT, or the end of stdin when
 * FLEETMETER_PARENT_PIPE=1. Resolves with the exit code; what cannot start is one line on stderr and code 1.
 */
export async function engineCommand(args: readonly string[]): Promise<number> {
  const options = parsed(args);
  if (typeof options === 'string') {
    process.stderr.write(`fleetmeter engine: ${options}\n`);
    return 2;
  }
  const environment = engineEnvironment(options.readers);
  if (Object.entries(environment).some(([name, value]) => process.env[name] !== value)) {
    return runAgain(environment);
  }
  return serve(options);
}

/** What must be in the environment before the process starts: libuv and the engine read it once. */
export function engineEnvironment(readers: number): Record<string, string> {
  return { UV_THREADPOOL_SIZE: String(threadPoolSize(engineLimits({ readers }))), TZ: 'UTC' };
}

function parsed(args: readonly string[]): EngineArguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        'spool-dir': { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8123' },
        readers: { type: 'string', default: String(defaultReaders) },
      },
    });
    const [port, readers] = [Number(values.port), Number(values.readers)];
    if (values['data-dir'] === undefined) return `--data-dir is missing\n${usage}`;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return '--port must be 0 to 65535';
    if (!Number.isInteger(readers) || readers < 1 || readers > 64) return '--readers must be 1 to 64';
    return { dataDir: values['data-dir'], spoolDir: values['spool-dir'], host: values.host, port, readers };
  } catch (error) {
    return `${(error as Error).message}\n${usage}`;
  }
}

async function serve(options: EngineArguments): Promise<number> {
  const log = pino({ name: 'engine' }, pino.destination(2));
  try {
    // Listened to from the first moment: an engine whose collector dies while it starts must not stay behind,
    // holding the folder that the next one needs.
    const told = toldToEnd();
    const starting = startEngine({ ...options, limits: { readers: options.readers }, log });
    const engine = await Promise.race([starting, told.then(() => undefined)]);
    if (!engine) return 0;
    log.info({ reason: await told }, 'engine: closing');
    await engine.close();
    return 0;
  } catch (error) {
    if (!(error instanceof EngineStartError)) throw error;
    process.stderr.write(`fleetmeter engine: ${error.message}\n`);
    return 1;
  }
}

function toldToEnd(): Promise<string> {
  return new Promise((resolve) => {
    // Not `once`: a second signal while closing would end the process in the middle of it.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    if (process.env.FLEETMETER_PARENT_PIPE !== '1') return;
    process.stdin.once('end', () => resolve('parent ended'));
    process.stdin.once('error', () => resolve('parent ended'));
    process.stdin.resume();
  });
}

/** The same command once more with the right environment; signals are passed on and the exit code is kept. */
function runAgain(environment: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
