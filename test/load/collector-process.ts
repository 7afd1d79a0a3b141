/** The process of a collector with its engine, at ports and in a folder of its own: started, stopped, killed, started again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { joinSecret } from '../fakes/join-secret.ts';

const PROGRAM = join(import.meta.dirname, '../../collector/bin/fleetmeter-collector.mjs');
const STOP_SECONDS = 30;
const MOST_LAST_WORDS = 10;

export interface CollectorProcessOptions {
  /** Seconds between recomputes; production's default is 60. */
  recomputeSeconds: number;
  /** Called with its folder before it starts. */
  prepare?: (folder: string) => void;
  /** Further settings, as in the environment. */
  settings?: (folder: string) => Record<string, string>;
  /** Where it lives; a temporary folder, which is removed at the end, unless given. */
  folder?: string;
}

export interface StoppedCollector {
  code: number | null;
  signal: NodeJS.Signals | null;
  milliseconds: number;
}

export interface CollectorPorts {
  admin: number;
  agent: number;
  sql: number;
}

export class CollectorProcess {
  readonly #ports: CollectorPorts;
  readonly #options: CollectorProcessOptions;
  #folder: string;
  /** Not on a disk that a test fills or whose power it cuts. */
  readonly #logFolder = mkdtempSync(join(tmpdir(), 'fleetmeter-log-'));
  #child: ChildProcess;
  /** With which any number of devices may join. */
  readonly joinSecret: string;

  protected constructor(ports: CollectorPorts, options: CollectorProcessOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#folder = options.folder ?? mkdtempSync(join(tmpdir(), 'fleetmeter-load-'));
    options.prepare?.(this.folder);
    this.joinSecret = joinSecret(join(this.folder, 'data'));
    this.#child = this.#spawn();
  }

  protected get processId(): number {
    return this.#child.pid as number;
  }

  protected get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get folder(): string {
    return this.#folder;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** What the collector's command line prints, run in its environment while everything goes on. */
  async command(...args: string[]): Promise<string> {
    const options = { env: this.#environment, maxBuffer: 1 << 26 };
    return (await promisify(execFile)(process.execPath, [PROGRAM, ...args], options)).stdout;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.#ports.admin}`;
  }

  get agentUrl(): string {
    return `http://127.0.0.1:${this.#ports.agent}`;
  }

  get sqlUrl(): string {
    return `http://127.0.0.1:${this.#ports.sql}`;
  }

  /** Whatever it complained about so far. */
  complaints(): string {
    return readFileSync(this.#logFile, 'utf8')
      .split('\n')
      .filter((line) => /"level":(?:40|50|60)/.test(line) || /^\s+at /.test(line))
      .join('\n');
  }

  /** What it said last, as it is: one that cannot start says why in plain text. */
  lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-MOST_LAST_WORDS).join('\n');
  }

  /** The collector's process is gone when it resolves; its engine follows by itself. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Sends the signals with so many milliseconds between them, and resolves when the process is gone. */
  async stop(signals: readonly NodeJS.Signals[] = ['SIGTERM'], betweenMs = 0): Promise<StoppedCollector> {
    const began = performance.now();
    const ended = new Promise<StoppedCollector>((resolve) =>
      this.#child.once('exit', (code, signal) =>
        resolve({ code, signal, milliseconds: performance.now() - began }),
      ),
    );
    for (const [index, signal] of signals.entries()) {
      if (index > 0) await sleep(betweenMs);
      this.#child.kill(signal);
    }
    return await ended;
  }

  /** After it ended, at the same ports; in another folder when what it had was moved there. */
  startAgain(folder = this.#folder): void {
    this.#folder = folder;
    this.#child = this.#spawn();
  }

  async close(): Promise<void> {
    if (!this.hasEnded) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGTERM');
      const forced = setTimeout(() => this.#child.kill('SIGKILL'), STOP_SECONDS * 1000);
      await ended;
      clearTimeout(forced);
    }
    rmSync(this.#logFolder, { recursive: true, force: true });
    if (this.#options.folder === undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  get #logFile(): string {
    return join(this.#logFolder, 'collector.log');
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, [PROGRAM, 'serve'], {
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('close', () => log.end());
    return child;
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      FLEETMETER_DATA_DIR: join(this.folder, 'data'),
      FLEETMETER_ADMIN_PORT: String(this.#ports.admin),
      FLEETMETER_AGENT_PORT: String(this.#ports.agent),
      FLEETMETER_SQL_PORT: String(this.#ports.sql),
      // A fleet joins as fast as it can, unless that is what is measured.
      FLEETMETER_BASELINES_PER_SECOND: '100000',
      // A simulated device lives a day in seconds.
      FLEETMETER_DEVICE_MESSAGES_PER_SECOND: '1000000',
      ...this.#options.settings?.(this.folder),
      // Handshakes are measured apart.
      FLEETMETER_AGENT_TLS: 'off',
      // The recount says every name, also of what lies in the homes of few.
      FLEETMETER_SMALLEST_GROUP_SHOWN: '1',
      FLEETMETER_RECOMPUTE_INTERVAL_SECONDS: String(this.#options.recomputeSeconds),
      // As often as asked for, however small the machine.
      FLEETMETER_RECOMPUTE_TIME_PERCENT: '100',
      FLEETMETER_LOG_LEVEL: 'warn',
      FLEETMETER_PARENT_PIPE: '1',
    };
  }
}
