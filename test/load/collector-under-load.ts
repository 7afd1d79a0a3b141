/** A collector with its engine as real processes, in a data folder of its own: what the fleet talks to. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../fakes/free-port.ts';
import { joinSecret } from '../fakes/join-secret.ts';

const PROGRAM = join(import.meta.dirname, '../../collector/bin/fleetmeter-collector.mjs');
const START_SECONDS = 60;
const STOP_SECONDS = 30;
/** Asking costs the collector a little: soon at first, then not more often than a person would notice. */
const LOOK_AGAIN_MS = { first: 50, growth: 1.5, most: 1_000 };
/** Between two merges of a chain there may be none for a moment. */
const UNMERGED_FOR_MS = 1_000;
/** Of processing, within one wait; more do not pass by themselves. */
const MOST_RETRIES = 5;
const FACTS = 'fleetmeter_facts';
const WRITER = 'fleetmeter_writer';

export interface LoadedCollectorOptions {
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

export class CollectorUnderLoad {
  readonly #ports: { admin: number; agent: number; sql: number };
  readonly #options: LoadedCollectorOptions;
  #folder: string;
  /** Not on a disk that a test fills or whose power it cuts. */
  readonly #logFolder = mkdtempSync(join(tmpdir(), 'fleetmeter-log-'));
  #child: ChildProcess;
  /** With which any number of devices may join. */
  readonly joinSecret: string;
  /** The engine's process id. */
  #enginePid = 0;
  /** How often it was asked for its metrics: that costs it something, and is nobody's report. */
  looks = 0;
  #toleratedRetries = Number.POSITIVE_INFINITY;

  private constructor(ports: { admin: number; agent: number; sql: number }, options: LoadedCollectorOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#folder = options.folder ?? mkdtempSync(join(tmpdir(), 'fleetmeter-load-'));
    options.prepare?.(this.folder);
    this.joinSecret = joinSecret(join(this.folder, 'data'));
    this.#child = this.#spawn();
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
      FLEETMETER_RECOMPUTE_INTERVAL_SECONDS: String(this.#options.recomputeSeconds),
      // As often as asked for, however small the machine.
      FLEETMETER_RECOMPUTE_TIME_PERCENT: '100',
      FLEETMETER_LOG_LEVEL: 'warn',
      FLEETMETER_PARENT_PIPE: '1',
    };
  }

  get folder(): string {
    return this.#folder;
  }

  /** Ready when it resolves. */
  static async start(options: LoadedCollectorOptions): Promise<CollectorUnderLoad> {
    const [admin, agent, sql] = [await freePort(), await freePort(), await freePort()];
    const collector = new CollectorUnderLoad({ admin, agent, sql }, options);
    try {
      await collector.#ready();
      return collector;
    } catch (error) {
      await collector.close();
      throw error;
    }
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

  /** Whose CPU time is measured. */
  get pids(): { collector: number; engine: number } {
    return { collector: this.#child.pid as number, engine: this.#enginePid };
  }

  /** Rows of an administrator's query through the SQL port, 64-bit numbers as numbers. */
  async sql<T extends Record<string, unknown>>(query: string): Promise<T[]> {
    return rowsOf<T>(await this.#ask(query));
  }

  /** The same as the collector's own user, who may also ask about the engine. */
  async writerSql<T extends Record<string, unknown>>(query: string): Promise<T[]> {
    const secret = readFileSync(join(this.folder, 'data/engine/writer-secret'), 'utf8').trim();
    const authorization = `Basic ${Buffer.from(`${WRITER}:${secret}`).toString('base64')}`;
    return rowsOf<T>(await this.#ask(query, { authorization }));
  }

  /** Everything received is in the fact tables. */
  async processed(): Promise<void> {
    this.#toleratedRetries = (await this.backlog()).retries + MOST_RETRIES;
    await this.#eventually('everything is processed', async () => {
      const { head, checkpoint } = await this.backlog();
      return head === checkpoint;
    });
  }

  /** The engine has merged what it wants to merge now. */
  async merged(): Promise<void> {
    let busyAt = performance.now();
    await this.#eventually('the engine has nothing to merge', async () => {
      const [running] = await this.writerSql<{ n: number }>('SELECT count() AS n FROM system.merges');
      if (running?.n !== 0) busyAt = performance.now();
      return performance.now() - busyAt >= UNMERGED_FOR_MS;
    });
  }

  /** Everything received is in the tables, derived and merged. */
  async settled(): Promise<void> {
    await this.processed();
    await this.derived();
    await this.merged();
  }

  /** No day and no inventory waits to be derived. */
  async derived(): Promise<void> {
    await this.#eventually('everything is derived', async () => (await this.backlog()).dirty === 0);
  }

  async backlog(): Promise<{ head: number; checkpoint: number; dirty: number; retries: number }> {
    const metric = await this.metrics();
    const retries = metric('fleetmeter_process_retries_total');
    if (retries > this.#toleratedRetries)
      throw new InVainError(`processing was tried ${retries} times in vain:\n${this.complaints()}`);
    return {
      head: metric('fleetmeter_stream_head'),
      checkpoint: metric('fleetmeter_control_checkpoint'),
      dirty: metric('fleetmeter_control_dirty_marks'),
      retries,
    };
  }

  /** Value of a metric, summed over its labels. */
  async metrics(): Promise<(name: string) => number> {
    this.looks++;
    const answer = await fetch(`http://127.0.0.1:${this.#ports.admin}/metrics`);
    const lines = (await answer.text()).split('\n');
    return (name) => {
      const values = lines
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
      return values.reduce((sum, value) => sum + value, 0);
    };
  }

  /** Resolves once the metric is above zero. */
  async shows(what: string, name: string): Promise<void> {
    await this.#eventually(`the metrics show ${what}`, async () => (await this.metrics())(name) > 0, 120);
  }

  /** Bytes on disk of the engine's tables of facts, by table. */
  async storedBytes(): Promise<Map<string, number>> {
    const rows = await this.writerSql<{ table: string; bytes: number }>(
      `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts
       WHERE active AND database = '${FACTS}' GROUP BY table`,
    );
    return new Map(rows.map(({ table, bytes }) => [table, bytes]));
  }

  /** As the engine would in time; for looking at what is left, never within what is measured. */
  async mergeFully(table: string): Promise<void> {
    await this.writerSql(`OPTIMIZE TABLE ${FACTS}.${table} FINAL`);
  }

  /** Bytes of the collector's own store. */
  controlBytes(): number {
    return ['control.db', 'control.db-wal']
      .map(
        (name) => statSync(join(this.folder, 'data/collector', name), { throwIfNoEntry: false })?.size ?? 0,
      )
      .reduce((sum, size) => sum + size, 0);
  }

  /** Whatever it complained about so far. */
  complaints(): string {
    return readFileSync(this.#logFile, 'utf8')
      .split('\n')
      .filter((line) => /"level":(?:40|50|60)/.test(line) || /^\s+at /.test(line))
      .join('\n');
  }

  /** The collector's process is gone when it resolves; its engine follows by itself. */
  async kill(): Promise<void> {
    if (this.#hasEnded) return;
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

  async ready(): Promise<void> {
    await this.#ready();
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async close(): Promise<void> {
    if (!this.#hasEnded) {
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

  async #ready(): Promise<void> {
    const admin = `http://127.0.0.1:${this.#ports.admin}`;
    await this.#eventually(
      'the collector is ready',
      async () => (await fetch(`${admin}/readyz`)).ok,
      START_SECONDS,
    );
    const pipeline = (await (await fetch(`${admin}/api/pipeline`)).json()) as { engine: { pid: number } };
    this.#enginePid = pipeline.engine.pid;
  }

  async #ask(query: string, headers: Record<string, string> = {}): Promise<string> {
    const settings = 'default_format=JSONCompactEachRowWithNames&output_format_json_quote_64bit_integers=0';
    const answer = await fetch(`http://127.0.0.1:${this.#ports.sql}/?${settings}`, {
      method: 'POST',
      headers,
      body: query,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${text}\n${query}`);
    return text;
  }

  /** Without a limit it waits as long as the collector lives and gets on: a large fleet takes its time. */
  async #eventually(what: string, holds: () => Promise<boolean>, seconds = Number.POSITIVE_INFINITY) {
    const began = performance.now();
    let last: unknown;
    let pause = LOOK_AGAIN_MS.first;
    while (performance.now() - began < seconds * 1000) {
      if (this.#hasEnded)
        throw new Error(`the collector ended before ${what}:\n${this.complaints()}`, { cause: last });
      try {
        if (await holds()) return;
      } catch (error) {
        if (error instanceof InVainError) throw error;
        last = error;
      }
      await sleep(pause);
      pause = Math.min(pause * LOOK_AGAIN_MS.growth, LOOK_AGAIN_MS.most);
    }
    throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
  }
}

class InVainError extends Error {
  override name = 'InVainError';
}

function rowsOf<T extends Record<string, unknown>>(text: string): T[] {
  const [names, ...lines] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown[]);
  return lines.map((values) => Object.fromEntries((names ?? []).map((name, n) => [name, values[n]])) as T);
}
