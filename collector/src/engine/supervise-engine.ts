import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { engineEnvironment } from './engine-command.ts';
import { EngineStartError } from './engine-database.ts';
import { defaultReaders } from './engine-limits.ts';
import { defaultEngineMemoryMib, underMemoryLimit } from './memory-limit.ts';
import { type RestartPace, restartDelayMs } from './restart-pace.ts';

export interface EngineState {
  /** The engine answered the last ping. */
  up: boolean;
  /** Processes started after the first one. */
  restarts: number;
  pid: number | undefined;
}

export interface SuperviseOptions {
  dataDir: string;
  host?: string;
  /** What to give to node before the engine's arguments; the engine's own program file unless given. */
  command?: readonly string[];
  /** Fixed, so that clients find a restarted engine where the old one was. */
  port: number;
  readers?: number;
  /** MiB that the engine's process may allocate; three fifths of the machine's unless given. */
  memoryMib?: number;
  log: Pick<Logger, 'info' | 'warn'>;
  onStateChange?: (state: EngineState) => void;
  /** How long a first start may wait for a previous engine of this folder to end. Default 30,000 ms. */
  patienceMs?: number;
  /** Pause between pings (default 5,000 ms), time for an answer (5,000 ms), lost ones in a row that mean hanging (3). */
  pingEveryMs?: number;
  pingTimeoutMs?: number;
  pingsLost?: number;
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

const program = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
const startingMs = 60_000;
const closingMs = 15_000;
/** The engine of a collector that was killed ends by itself: its statements have 10 s to end, on a busy machine more. */
const patienceMs = 30_000;

class EngineWatch implements EngineSupervisor {
  readonly #options: SuperviseOptions;
  readonly #pace: RestartPace = { failures: 0 };
  #state: EngineState = { up: false, restarts: 0, pid: undefined };
  #child: ChildProcess | undefined;
  #lastLine = '';
  #pingTimer: NodeJS.Timeout | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  async start(): Promise<void> {
    const deadline = Date.now() + (this.#options.patienceMs ?? patienceMs);
    for (;;) {
      const child = this.#spawn();
      if (await this.#answers(child)) break;
      await ended(child);
      const waits = /in use by process|already listens/.test(this.#lastLine);
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
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const forced = setTimeout(() => child.kill('SIGKILL'), closingMs);
      await ended(child);
      clearTimeout(forced);
    }
    this.#change({ up: false, pid: undefined });
  }

  #spawn(): ChildProcess {
    const {
      dataDir,
      host = '127.0.0.1',
      port,
      readers = defaultReaders,
      memoryMib = defaultEngineMemoryMib(),
      command = [program],
    } = this.#options;
    const args = [
      '--data-dir',
      dataDir,
      '--host',
      host,
      '--port',
      String(port),
      '--readers',
      String(readers),
      '--memory-mib',
      String(memoryMib),
    ];
    // Under the limit from the start: an engine that had to start itself again would not be our child.
    const limited = underMemoryLimit([process.execPath, ...command, ...args], memoryMib);
    const child = spawn(limited.file, limited.args, {
      env: { ...process.env, ...engineEnvironment(readers), FLEETMETER_PARENT_PIPE: '1' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#lastLine = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      const line = chunk.toString('utf8').trim().split('\n').at(-1) ?? '';
      this.#lastLine = line.slice(0, 2_000);
    });
    child.stdin?.on('error', () => undefined);
    child.once('error', (error) => {
      this.#lastLine = error.message;
    });
    child.once('exit', (code, signal) => this.#ended(child, code, signal));
    this.#child = child;
    this.#change({ up: false, pid: child.pid });
    return child;
  }

  /** True when the child answers a ping, false when it ends or takes too long before it ever does. */
  async #answers(child: ChildProcess): Promise<boolean> {
    const deadline = Date.now() + startingMs;
    while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      // Another program on our port answers pings too, so the child must still be alive after the answer.
      if ((await this.#ping()) && (await stillAlive(child))) return true;
      if (Date.now() > deadline || this.#closed) child.kill('SIGKILL');
      await sleep(50);
    }
    return false;
  }

  #ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child !== child) return;
    const wasUp = this.#state.up;
    clearTimeout(this.#pingTimer);
    this.#change({ up: false, pid: undefined });
    if (this.#closed || !(wasUp || this.#state.restarts > 0)) return;
    const delay = restartDelayMs(this.#pace);
    this.#options.log.warn({ code, signal, delay, line: this.#lastLine }, 'engine: ended, will be restarted');
    this.#restartTimer = setTimeout(() => void this.#restart(), delay);
  }

  async #restart(): Promise<void> {
    this.#change({ restarts: this.#state.restarts + 1 });
    if (await this.#answers(this.#spawn())) this.#becameUp();
  }

  #becameUp(): void {
    this.#change({ up: true });
    this.#pace.upSince = Date.now();
    this.#options.log.info({ pid: this.#state.pid, restarts: this.#state.restarts }, 'engine: up');
    this.#watchPings(0);
  }

  #watchPings(lost: number): void {
    const child = this.#child;
    this.#pingTimer = setTimeout(async () => {
      const answered = await this.#ping();
      if (this.#child !== child || this.#closed || !this.#state.up) return;
      const nowLost = answered ? 0 : lost + 1;
      if (nowLost < (this.#options.pingsLost ?? 3)) return this.#watchPings(nowLost);
      this.#options.log.warn({ pid: child?.pid, lost: nowLost }, 'engine: does not answer, ending it');
      // SIGKILL: a stopped or hanging process does not hear anything kinder.
      child?.kill('SIGKILL');
    }, this.#options.pingEveryMs ?? 5_000);
  }

  async #ping(): Promise<boolean> {
    const { host = '127.0.0.1', port, pingTimeoutMs = 5_000 } = this.#options;
    const name = host.includes(':') ? `[${host}]` : host;
    try {
      const answer = await fetch(`http://${name}:${port}/ping`, {
        signal: AbortSignal.timeout(pingTimeoutMs),
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

async function stillAlive(child: ChildProcess): Promise<boolean> {
  await sleep(200);
  return child.exitCode === null && child.signalCode === null;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
    return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
