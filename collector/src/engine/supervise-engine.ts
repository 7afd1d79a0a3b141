import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { defaultReaders } from './engine-limits.ts';
import { EngineStartError } from './engine-start-error.ts';
import type { Jail, JailWish } from './jail/find-jail.ts';
import { defaultEngineMemoryMib } from './kernel-bounds.ts';
import { type EngineLaunch, jailFor, type LaunchedEngine, launchEngine } from './launch-engine.ts';
import { LostPings } from './lost-pings.ts';
import { type RestartPace, restartDelayMs } from './restart-pace.ts';

export interface EngineState {
  /** The engine answered the last ping. */
  up: boolean;
  /** Processes started after the first one. */
  restarts: number;
  /** The engine's own process. */
  pid: number | undefined;
  /** Why there is no jail round it; undefined when there is one. */
  unjailed: string | undefined;
}

export interface SuperviseOptions {
  dataDir: string;
  host?: string;
  /** Fixed, so that clients find a restarted engine where the old one was. */
  port: number;
  readers?: number;
  /** MiB that the engine's process may allocate; three fifths of the machine's unless given. */
  memoryMib?: number;
  /** See EngineLaunch. */
  readerSeconds?: number;
  readerGraceMs?: number;
  /** Default `auto`. */
  jail?: JailWish;
  /** See EngineLaunch. */
  configFile?: string;
  log: Pick<Logger, 'info' | 'warn'>;
  onStateChange?: (state: EngineState) => void;
  /** How long a first start may wait for a previous engine of this folder to end. Default 30,000 ms. */
  patienceMs?: number;
  /** See PING_EVERY_MS. */
  pingEveryMs?: number;
}

export interface EngineSupervisor {
  readonly state: EngineState;
  /** End the engine and stop watching. Settles when its process is gone, within about 15 s. */
  close(): Promise<void>;
}

/**
 * Keep one engine process running: started as a child, pinged, restarted when it dies or hangs. Resolves when
 * it first answers; rejects with the engine's own line when it cannot start at all.
 */
export async function superviseEngine(options: SuperviseOptions): Promise<EngineSupervisor> {
  const watch = new EngineWatch(options);
  await watch.start();
  return watch;
}

/**
 * A beat, with as long for each answer. One that hangs is not asked anything any more after two beats at most, and ended
 * after four, so that another answers within 10 s; see lost-pings.ts.
 */
export const PING_EVERY_MS = 2_000;
const startingMs = 60_000;
const closingMs = 15_000;
const hangingMs = 1_000;
/** The engine of a collector that was killed ends by itself: its statements have 10 s to end, on a busy machine more. */
const patienceMs = 30_000;

class EngineWatch implements EngineSupervisor {
  readonly #options: SuperviseOptions;
  readonly #pace: RestartPace = { failures: 0 };
  readonly #launch: EngineLaunch;
  #jail: Jail = { kind: 'none', reason: 'it was not looked for' };
  #state: EngineState = { up: false, restarts: 0, pid: undefined, unjailed: undefined };
  #engine: LaunchedEngine | undefined;
  #lastLine = '';
  #pingTimer: NodeJS.Timeout | undefined;
  readonly #pingEveryMs: number;
  #nextPing = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  #closed = false;
  /** A first start that fails is said to who started it, and not tried for ever. */
  #wasUp = false;

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#pingEveryMs = options.pingEveryMs ?? PING_EVERY_MS;
    this.#launch = {
      dataDir: options.dataDir,
      host: options.host ?? '127.0.0.1',
      port: options.port,
      readers: options.readers ?? defaultReaders,
      memoryMib: options.memoryMib ?? defaultEngineMemoryMib(),
      readerSeconds: options.readerSeconds,
      readerGraceMs: options.readerGraceMs,
      configFile: options.configFile,
      stderr: 'pipe',
    };
  }

  get state(): EngineState {
    return this.#state;
  }

  async start(): Promise<void> {
    this.#jail = await jailFor(this.#launch, this.#options.jail ?? 'auto');
    if (this.#jail.kind === 'none') {
      this.#change({ unjailed: this.#jail.reason });
      this.#options.log.warn({ reason: this.#jail.reason }, 'engine: no jail is round it');
    }
    const deadline = Date.now() + (this.#options.patienceMs ?? patienceMs);
    for (;;) {
      const engine = await this.#spawn();
      if (engine) {
        if (await this.#answers(engine)) break;
        await ended(engine.child);
      }
      const waits = /is in use by process|already listens/.test(this.#lastLine);
      if (!waits || Date.now() > deadline) {
        throw new EngineStartError(this.#lastLine || 'the engine process ended without a word');
      }
      await sleep(250);
    }
    this.#becameUp();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pingTimer);
    clearTimeout(this.#restartTimer);
    const engine = this.#engine;
    if (engine && isRunning(engine.child)) {
      engine.end();
      // One that hangs does not hear it.
      const forced = setTimeout(() => engine.kill(), this.#state.up ? closingMs : hangingMs);
      await ended(engine.child);
      clearTimeout(forced);
    }
    this.#change({ up: false, pid: undefined });
  }

  /** Undefined when there was nothing to start; `#lastLine` says why. */
  async #spawn(): Promise<LaunchedEngine | undefined> {
    this.#lastLine = '';
    try {
      const engine = await launchEngine(this.#launch, this.#jail);
      this.#follow(engine);
      return engine;
    } catch (error) {
      if (!(error instanceof EngineStartError)) throw error;
      this.#lastLine = error.message;
      return undefined;
    }
  }

  #follow(engine: LaunchedEngine): void {
    const { child } = engine;
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      const line = chunk.toString('utf8').trim().split('\n').at(-1) ?? '';
      this.#lastLine = line.replace(/^fleetmeter engine: /, '').slice(0, 2_000);
    });
    child.once('error', (error) => {
      this.#lastLine = error.message;
    });
    child.once('exit', (code, signal) => this.#ended(engine, code, signal));
    this.#engine = engine;
    this.#change({ up: false, pid: engine.pid });
  }

  /** True when the child answers a ping, false when it ends or takes too long before it ever does. */
  async #answers(engine: LaunchedEngine): Promise<boolean> {
    const { child } = engine;
    const deadline = Date.now() + startingMs;
    while (isRunning(child)) {
      // Another program on our port answers pings too, so the child must still be alive after the answer.
      if ((await this.#ping()) && (await stillAlive(child))) return true;
      if (Date.now() > deadline || this.#closed) engine.kill();
      await sleep(50);
    }
    return false;
  }

  #ended(engine: LaunchedEngine, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#engine !== engine) return;
    clearTimeout(this.#pingTimer);
    this.#change({ up: false, pid: undefined });
    if (!this.#wasUp) return;
    this.#restartLater({ code, signal });
  }

  #restartLater(why: { code?: number | null; signal?: NodeJS.Signals | null }): void {
    if (this.#closed) return;
    const delay = restartDelayMs(this.#pace);
    this.#options.log.warn({ ...why, delay, line: this.#lastLine }, 'engine: ended, will be restarted');
    this.#restartTimer = setTimeout(() => void this.#restart(), delay);
  }

  async #restart(): Promise<void> {
    this.#change({ restarts: this.#state.restarts + 1 });
    const engine = await this.#spawn();
    if (!engine) this.#restartLater({});
    else if (await this.#answers(engine)) this.#becameUp();
  }

  #becameUp(): void {
    this.#wasUp = true;
    this.#change({ up: true, pid: this.#engine?.pid });
    this.#pace.upSince = Date.now();
    this.#options.log.info({ pid: this.#state.pid, restarts: this.#state.restarts }, 'engine: up');
    this.#nextPing = performance.now() + this.#pingEveryMs;
    this.#watchPings(new LostPings());
  }

  #watchPings(pings: LostPings): void {
    const engine = this.#engine;
    const pause = Math.max(0, this.#nextPing - performance.now());
    this.#pingTimer = setTimeout(async () => {
      this.#nextPing = performance.now() + this.#pingEveryMs;
      const answered = await this.#ping();
      if (this.#engine !== engine || this.#closed || this.#state.pid === undefined) return;
      if (this.#state.up !== answered) this.#change({ up: answered });
      if (!pings.note(answered, this.#state.pid)) return this.#watchPings(pings);
      this.#options.log.warn({ pid: engine?.pid, lost: pings.inARow }, 'engine: does not answer, ending it');
      // SIGKILL: a stopped or hanging process does not hear anything kinder.
      engine?.kill();
    }, pause);
  }

  async #ping(): Promise<boolean> {
    const { host = '127.0.0.1', port } = this.#options;
    const name = host.includes(':') ? `[${host}]` : host;
    try {
      const answer = await fetch(`http://${name}:${port}/ping`, {
        signal: AbortSignal.timeout(this.#pingEveryMs),
        headers: { connection: 'close' },
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  #change(change: Partial<EngineState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onStateChange?.(this.#state);
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const isRunning = ({ exitCode, signalCode, pid }: ChildProcess) =>
  exitCode === null && signalCode === null && pid !== undefined;

async function stillAlive(child: ChildProcess): Promise<boolean> {
  await sleep(200);
  return isRunning(child);
}

function ended(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
