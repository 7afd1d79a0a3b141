/**
 * Collector, engine and one agent as real processes over real HTTP and real files, in a folder of their own, with
 * short intervals. What `npm start` runs, without the terminal.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { encodeJoinString } from '@fleetmeter/proto';
import { freePort } from '../fakes/free-port.ts';
import { joinSecret } from '../fakes/join-secret.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const COLLECTOR = join(REPOSITORY, 'collector/bin/fleetmeter-collector.mjs');
const AGENT = join(REPOSITORY, 'agent/bin/fleetmeter-agent.mjs');
export const SAMPLE_SECONDS = 1;

export class FleetOfOne {
  /** Everything lives here. */
  readonly folder = mkdtempSync(join(tmpdir(), 'fleetmeter-e2e-'));
  /** The agent's only program root. */
  readonly root = join(this.folder, 'programs');
  readonly #tls: boolean;
  readonly #ports: { admin: number; agent: number; sql: number };
  #collector: ChildProcess | undefined;
  #agent: ChildProcess | undefined;

  /** With which any number of devices may join. */
  readonly joinSecret = joinSecret(join(this.folder, 'data'));

  private constructor(
    ports: { admin: number; agent: number; sql: number },
    tls: boolean,
    collector: Record<string, unknown>,
  ) {
    this.#ports = ports;
    this.#tls = tls;
    mkdirSync(this.root);
    writeFileSync(
      join(this.folder, 'collector.json'),
      JSON.stringify({
        recomputeIntervalSeconds: 1,
        recomputeTimePercent: 50,
        processLingerMs: 100,
        ...collector,
      }),
    );
    const agentConfig = {
      roots: [this.root],
      reportIntervalSeconds: 1,
      sampleIntervalSeconds: SAMPLE_SECONDS,
      usageFlushSeconds: 1,
      settleMs: 300,
      firstScanDelaySeconds: 0,
      hashMebibytesPerSecond: 0,
      hashCpuPercent: 0,
      hashGently: false,
    };
    writeFileSync(join(this.folder, 'agent.json'), JSON.stringify(agentConfig));
  }

  /** Scripted devices speak plain HTTP. `collector`: settings beside the short intervals. */
  static async create({
    tls = false,
    collector = {},
  }: {
    tls?: boolean;
    collector?: Record<string, unknown>;
  } = {}): Promise<FleetOfOne> {
    const [admin, agent, sql] = [await freePort(), await freePort(), await freePort()];
    return new FleetOfOne({ admin, agent, sql }, tls, collector);
  }

  readonly collectorProgram = COLLECTOR;
  readonly agentProgram = AGENT;

  get adminUrl(): string {
    return `http://127.0.0.1:${this.#ports.admin}`;
  }

  get agentUrl(): string {
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${this.#ports.agent}`;
  }

  get sqlUrl(): string {
    return `http://127.0.0.1:${this.#ports.sql}`;
  }

  startCollector(): void {
    this.#collector = this.#spawn('collector', COLLECTOR, 'serve');
  }

  /** As an administrator would: the first time with a join string. */
  startAgent(): void {
    if (!existsSync(join(this.folder, 'data/agent/join-string'))) this.#join();
    this.#agent = this.#spawn('agent', AGENT, 'run');
  }

  #join(): void {
    this.command(AGENT, 'enrol', this.#tls ? this.newJoinString() : this.#plainJoinString());
  }

  #plainJoinString(): string {
    return encodeJoinString({ addresses: [this.agentUrl], secret: this.joinSecret, authorities: [] });
  }

  /** Of the collector's command line, which needs it to have started once. */
  newJoinString(): string {
    return this.command(COLLECTOR, 'token', 'create').trim();
  }

  /** What a program of ours prints, run in this fleet's environment. Throws when it fails. */
  command(program: string, ...args: string[]): string {
    return execFileSync(process.execPath, [program, ...args], {
      env: this.environment,
      timeout: 30_000,
      stdio: 'pipe',
      encoding: 'utf8',
    });
  }

  /** The same while the test goes on. */
  async commandMeanwhile(program: string, ...args: string[]): Promise<string> {
    const options = { env: this.environment, timeout: 30_000 };
    return (await promisify(execFile)(process.execPath, [program, ...args], options)).stdout;
  }

  async ready(): Promise<void> {
    await this.eventually(
      'the collector is ready',
      async () => (await fetch(`${this.adminUrl}/readyz`)).ok,
      60,
    );
  }

  get agentLives(): boolean {
    return this.#agent !== undefined && this.#agent.exitCode === null && this.#agent.signalCode === null;
  }

  async killCollector(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await ended(this.#collector, signal);
  }

  async killAgent(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await ended(this.#agent, signal);
  }

  /** Process ids of what runs. */
  async pids(): Promise<{ collector: number; engine: number; agent: number | undefined }> {
    const pipeline = (await (await fetch(`${this.adminUrl}/api/pipeline`)).json()) as {
      engine: { pid: number };
    };
    return {
      collector: this.#collector?.pid as number,
      engine: pipeline.engine.pid,
      agent: this.#agent?.pid,
    };
  }

  /** Kills the engine under the collector's hands; the collector starts another. */
  async killEngine(): Promise<number> {
    const pipeline = (await (await fetch(`${this.adminUrl}/api/pipeline`)).json()) as {
      engine: { pid: number };
    };
    process.kill(pipeline.engine.pid, 'SIGKILL');
    return pipeline.engine.pid;
  }

  /** Rows of a reader's query through the SQL port. */
  async sql<T extends Record<string, unknown>>(query: string): Promise<T[]> {
    const answer = await fetch(`${this.sqlUrl}/?default_format=JSONEachRow`, { method: 'POST', body: query });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** Polls until true or the seconds are over; what was thrown last becomes the failure's cause. */
  async eventually(what: string, holds: () => Promise<boolean>, seconds: number): Promise<number> {
    const began = performance.now();
    let last: unknown;
    while (performance.now() - began < seconds * 1000) {
      try {
        if (await holds()) return (performance.now() - began) / 1000;
      } catch (error) {
        last = error;
      }
      await sleep(100);
    }
    throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
  }

  async agentStatus(): Promise<Record<string, unknown>> {
    const child = spawn(
      process.execPath,
      [AGENT, 'status', '--json', '--config', join(this.folder, 'agent.json')],
      { env: this.environment },
    );
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    return JSON.parse(text) as Record<string, unknown>;
  }

  log(name: 'collector' | 'agent'): string {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8');
  }

  async close(): Promise<void> {
    await ended(this.#agent, 'SIGTERM');
    await ended(this.#collector, 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(name: 'collector' | 'agent', program: string, command: string): ChildProcess {
    const child = spawn(process.execPath, [program, command, '--config', join(this.folder, `${name}.json`)], {
      env: { ...this.environment, FLEETMETER_PARENT_PIPE: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.folder, `${name}.log`), { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('close', () => log.end());
    return child;
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      FLEETMETER_DATA_DIR: join(this.folder, 'data'),
      FLEETMETER_ADMIN_PORT: String(this.#ports.admin),
      FLEETMETER_AGENT_PORT: String(this.#ports.agent),
      FLEETMETER_SQL_PORT: String(this.#ports.sql),
      FLEETMETER_AGENT_TLS: this.#tls ? 'on' : 'off',
      FLEETMETER_LOG_LEVEL: 'info',
    };
  }
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const forced = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await exit;
  clearTimeout(forced);
}
