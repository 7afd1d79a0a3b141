import { parseArgs } from 'node:util';
import pino from 'pino';
import { startEngine } from './engine.ts';
import { defaultReaders, engineLimits } from './engine-limits.ts';
import { EngineStartError } from './engine-start-error.ts';
import type { JailWish } from './jail/find-jail.ts';
import { defaultEngineMemoryMib } from './kernel-bounds.ts';
import { jailFor, launchEngine } from './launch-engine.ts';

const usage =
  'usage: fleetmeter-collector engine --data-dir DIR [--port 8123] [--host 127.0.0.1] [--readers 8] [--memory-mib N] [--reader-seconds 30] [--reader-grace-ms 15000] [--spool-dir DIR] [--jail auto|required|off]';

interface EngineArguments {
  dataDir: string;
  host: string;
  port: number;
  /** A listening socket that whoever started this process opened; without one it starts the process that serves. */
  listenFd: number | undefined;
  configFile: string | undefined;
  jail: JailWish;
  readers: number;
  memoryMib: number;
  readerSeconds: number;
  readerGraceMs: number;
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
  try {
    return await (options.listenFd === undefined ? launch(options) : serve(options, options.listenFd));
  } catch (error) {
    if (!(error instanceof EngineStartError)) throw error;
    process.stderr.write(`fleetmeter engine: ${error.message}\n`);
    return 1;
  }
}

function parsed(args: readonly string[]): EngineArguments | string {
  const usual = engineLimits();
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        'spool-dir': { type: 'string' },
        'config-file': { type: 'string' },
        'listen-fd': { type: 'string' },
        jail: { type: 'string', default: 'auto' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8123' },
        readers: { type: 'string', default: String(defaultReaders) },
        'memory-mib': { type: 'string', default: String(defaultEngineMemoryMib()) },
        'reader-seconds': { type: 'string', default: String(usual.readerExecutionSeconds) },
        'reader-grace-ms': { type: 'string', default: String(usual.readerGraceMs) },
      },
    });
    const [port, readers] = [Number(values.port), Number(values.readers)];
    const memoryMib = Number(values['memory-mib']);
    const [readerSeconds, readerGraceMs] = [
      Number(values['reader-seconds']),
      Number(values['reader-grace-ms']),
    ];
    if (values['data-dir'] === undefined) return `--data-dir is missing\n${usage}`;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return '--port must be 0 to 65535';
    if (!Number.isInteger(readers) || readers < 1 || readers > 64) return '--readers must be 1 to 64';
    if (!Number.isInteger(readerSeconds) || readerSeconds < 1 || readerSeconds > 3_600)
      return '--reader-seconds must be 1 to 3600';
    if (!Number.isInteger(readerGraceMs) || readerGraceMs < 300 || readerGraceMs > 600_000)
      return '--reader-grace-ms must be 300 to 600000';
    const listenFd = values['listen-fd'] === undefined ? undefined : Number(values['listen-fd']);
    if (listenFd !== undefined && !Number.isInteger(listenFd)) return '--listen-fd must be a number';
    const { jail } = values;
    if (jail !== 'auto' && jail !== 'required' && jail !== 'off')
      return '--jail must be auto, required or off';
    if (!Number.isInteger(memoryMib) || memoryMib < 512) return '--memory-mib must be 512 or more';
    return {
      dataDir: values['data-dir'],
      spoolDir: values['spool-dir'],
      configFile: values['config-file'],
      listenFd,
      jail,
      host: values.host,
      port,
      readers,
      memoryMib,
      readerSeconds,
      readerGraceMs,
    };
  } catch (error) {
    return `${(error as Error).message}\n${usage}`;
  }
}

async function serve(options: EngineArguments, listenFd: number): Promise<number> {
  const log = pino({ name: 'engine' }, pino.destination(2));
  // Listened to from the first moment: an engine whose collector dies while it starts must not stay behind,
  // holding the folder that the next one needs.
  const told = toldToEnd();
  const starting = startEngine({
    ...options,
    listenFd,
    limits: {
      readers: options.readers,
      memoryMib: options.memoryMib,
      readerExecutionSeconds: options.readerSeconds,
      readerGraceMs: options.readerGraceMs,
    },
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
    // A word is an order: signals do not get into a jail. An end without a word is the parent's own.
    process.stdin.once('data', () => resolve('told to end'));
    process.stdin.once('end', () => resolve(PARENT_ENDED));
    process.stdin.once('error', () => resolve(PARENT_ENDED));
    process.stdin.resume();
  });
}

/** The engine in a process of its own, with all that must hold from its start; signals and the exit code are passed on. */
async function launch(options: EngineArguments): Promise<number> {
  const wanted = { ...options, stderr: 'inherit' } as const;
  const jail = await jailFor(wanted, options.jail);
  if (jail.kind === 'none') process.stderr.write(`fleetmeter engine: no jail: ${jail.reason}\n`);
  const engine = await launchEngine(wanted, jail);
  const exit = new Promise<number>((resolve, reject) => {
    engine.child.once('error', reject);
    engine.child.once('exit', (code) => resolve(code ?? 1));
  });
  void toldToEnd().then(() => engine.end());
  return exit;
}
