import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { startEngine } from './engine.ts';
import { EngineStartError } from './engine-database.ts';
import { defaultReaders, engineLimits, threadPoolSize } from './engine-limits.ts';
import {
  defaultEngineMemoryMib,
  memoryLimitHolds,
  offerToOutOfMemoryKiller,
  underMemoryLimit,
} from './memory-limit.ts';

const usage =
  'usage: fleetmeter-collector engine --data-dir DIR [--port 8123] [--host 127.0.0.1] [--readers 8] [--memory-mib N] [--spool-dir DIR]';

interface EngineArguments {
  dataDir: string;
  host: string;
  port: number;
  readers: number;
  memoryMib: number;
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
  const prepared = Object.entries(environment).every(([name, value]) => process.env[name] === value);
  if (!prepared || !memoryLimitHolds(options.memoryMib)) return runAgain(environment, options.memoryMib);
  offerToOutOfMemoryKiller();
  return serve(options);
}

/** What must be in the environment before the process starts: libuv and the engine read it once. */
export function engineEnvironment(readers: number): Record<string, string> {
  return {
    UV_THREADPOOL_SIZE: String(threadPoolSize(engineLimits({ readers }))),
    TZ: 'UTC',
    // The kernel counts address space that the allocator keeps after use. A recompute of a million devices left
    // 7 GB of it at 1.5 GB resident: past the limit, so that nothing worked any more.
    JE_MALLOC_CONF: 'retain:false',
  };
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
        'memory-mib': { type: 'string', default: String(defaultEngineMemoryMib()) },
      },
    });
    const [port, readers] = [Number(values.port), Number(values.readers)];
    const memoryMib = Number(values['memory-mib']);
    if (values['data-dir'] === undefined) return `--data-dir is missing\n${usage}`;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return '--port must be 0 to 65535';
    if (!Number.isInteger(readers) || readers < 1 || readers > 64) return '--readers must be 1 to 64';
    if (!Number.isInteger(memoryMib) || memoryMib < 512) return '--memory-mib must be 512 or more';
    return {
      dataDir: values['data-dir'],
      spoolDir: values['spool-dir'],
      host: values.host,
      port,
      readers,
      memoryMib,
    };
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
    const starting = startEngine({
      ...options,
      limits: { readers: options.readers, memoryMib: options.memoryMib },
      log,
    });
    const engine = await Promise.race([starting, told.then(() => undefined)]);
    if (!engine) return endAtOnce();
    const unusable = await Promise.race([told.then(() => undefined), engine.unusable]);
    if (unusable !== undefined) {
      log.error({ reason: unusable }, 'engine: this process makes room for a new one');
      return endAtOnce();
    }
    const reason = await told;
    log.info({ reason }, 'engine: closing');
    // Nobody is left to be orderly for, and the next collector waits for this folder.
    if (reason === PARENT_ENDED) return endAtOnce();
    return (await engine.close()) ? 0 : endAtOnce();
  } catch (error) {
    if (!(error instanceof EngineStartError)) throw error;
    process.stderr.write(`fleetmeter engine: ${error.message}\n`);
    return 1;
  }
}

/**
 * An orderly exit waits for the engine's threads, and one of them may never end: of a query that heeds no KILL, or of
 * an engine that is opening, which was seen to hold the folder for ever. What was acknowledged is on stable storage.
 */
function endAtOnce(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable: the process has ended');
}

const PARENT_ENDED = 'parent ended';

function toldToEnd(): Promise<string> {
  return new Promise((resolve) => {
    // Not `once`: a second signal while closing would end the process in the middle of it.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    if (process.env.FLEETMETER_PARENT_PIPE !== '1') return;
    process.stdin.once('end', () => resolve(PARENT_ENDED));
    process.stdin.once('error', () => resolve(PARENT_ENDED));
    process.stdin.resume();
  });
}

/** The same command once more with the right environment and memory limit; signals are passed on and the exit code is kept. */
function runAgain(environment: Record<string, string>, memoryMib: number): Promise<number> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { file, args } = underMemoryLimit(command, memoryMib);
  const child = spawn(file, args, {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
