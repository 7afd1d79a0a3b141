/** One real agent on one root, with nothing that listens where its collector would be, looked at through /proc. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { decodeEvidence } from '@fleetmeter/proto';
import { freePort } from '../../fakes/free-port.ts';
import { type MemorySplit, splitOf } from './memory-split.ts';

const AGENT = join(import.meta.dirname, '../../../agent/bin/fleetmeter-agent.mjs');
const PROBE = pathToFileURL(join(import.meta.dirname, 'probe.mjs')).href;
const KIB_PER_MIB = 1024;
const LOOK_EVERY_MS = 200;
const START_AT_MOST_MS = 60_000;
const SCAN_AT_MOST_MS = 600_000;
const HELD_AT_MOST_MS = 30_000;
const PROBE_AT_MOST_MS = 10_000;

export interface Probed {
  delayP99Ms: number;
  delayMaxMs: number;
  heapMib: number;
}

export class WatchedAgent {
  readonly #folder: string;
  readonly #process: ChildProcess;
  #log = '';
  #mostOwnMib = 0;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#process = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
  }

  /** `folder`: for its state. `probe`: whether it can be asked what only itself knows, which costs wake-ups. */
  static async start(folder: string, root: string, { probe = false } = {}): Promise<WatchedAgent> {
    mkdirSync(folder);
    const config = join(folder, 'agent.json');
    writeFileSync(
      config,
      JSON.stringify({
        roots: [root],
        dataDir: join(folder, 'data'),
        collectorUrl: `https://127.0.0.1:${await freePort()}`,
        firstScanDelaySeconds: 0,
        hashMebibytesPerSecond: 0,
        hashCpuPercent: 0,
        hashGently: false,
      }),
    );
    const asked = { FLEETMETER_PROBE_FILE: join(folder, 'probe.json'), NODE_OPTIONS: `--import=${PROBE}` };
    const child = spawn(process.execPath, [AGENT, 'run', '--config', config], {
      env: { ...process.env, FLEETMETER_LOG_LEVEL: 'info', ...(probe && asked) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new WatchedAgent(folder, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode !== null || !this.#process.kill('SIGTERM')) return;
    await ended;
  }

  get logLines(): number {
    return this.#log.split('\n').length - 1;
  }

  started(): Promise<void> {
    return this.until(() => this.#log.includes('agent started'), START_AT_MOST_MS, 'its start');
  }

  /** The first scan has ended, and what it held back because it had just been made is found too. */
  async scanned(programs: number): Promise<void> {
    await this.until(() => this.#log.includes('first scan finished'), SCAN_AT_MOST_MS, 'the end of a scan');
    const found = () => this.#ask('SELECT count(*) AS value FROM files')[0]?.value;
    await this.until(() => found() === programs, HELD_AT_MOST_MS, `${programs} programs`);
  }

  /** Whether the agent has each of these programs with this content. */
  knows(contents: ReadonlyMap<string, string>): boolean {
    const rows = this.#ask('SELECT path, evidence FROM files JOIN executables USING (executable_no)');
    const known = new Map(rows.map((row) => [row.path as string, row.evidence as Uint8Array]));
    for (const [path, content] of contents) {
      const evidence = known.get(path);
      if (!evidence) return false;
      const sha256 = createHash('sha256').update(content).digest();
      if (!sha256.equals(decodeEvidence(evidence).sha256)) return false;
    }
    return true;
  }

  /** `mostOwnMib`: the most of its own that was seen, looking a few times a second while something was waited for. */
  memory(): MemorySplit & { peakMib: number; mostOwnMib: number } {
    const { pid } = this.#process;
    this.#seeOwn();
    return {
      ...splitOf(readFileSync(`/proc/${pid}/smaps`, 'utf8')),
      peakMib: this.#mib('VmHWM'),
      mostOwnMib: this.#mostOwnMib,
    };
  }

  /** Times that each thread went to sleep until now: it was woken up as often. By thread id; the main thread's is the pid. */
  wakeUps(): Map<string, number> {
    const { pid } = this.#process;
    const of = (thread: string): number =>
      Number(this.#status(`${pid}/task/${thread}`).get('voluntary_ctxt_switches') ?? 0);
    return new Map(readdirSync(`/proc/${pid}/task`).map((thread) => [thread, of(thread)]));
  }

  get mainThread(): string {
    return `${this.#process.pid}`;
  }

  /** Of the kernel, however the agent made them. */
  watches(): number {
    const folder = `/proc/${this.#process.pid}/fdinfo`;
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8').split('\ninotify wd:').length - 1)
      .reduce((sum, count) => sum + count, 0);
  }

  /** Numbers of those that it has now, started by whichever thread. */
  childProcesses(): number[] {
    const threads = `/proc/${this.#process.pid}/task`;
    return readdirSync(threads).flatMap((thread) =>
      readIfThere(`${threads}/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
  }

  /** What the process itself saw since it started or was last asked. Only of an agent that was started with a probe. */
  async probed(): Promise<Probed> {
    const file = join(this.#folder, 'probe.json');
    rmSync(file, { force: true });
    this.#process.kill('SIGUSR2');
    await this.until(() => existsSync(file), PROBE_AT_MOST_MS, 'the probe');
    return JSON.parse(readFileSync(file, 'utf8')) as Probed;
  }

  async until(holds: () => boolean, withinMs: number, what: string): Promise<void> {
    for (const endMs = performance.now() + withinMs; !holds(); await sleep(LOOK_EVERY_MS)) {
      if (this.#process.exitCode !== null || performance.now() > endMs)
        throw new Error(`the agent never came to ${what}\n${this.#log}`);
      this.#seeOwn();
    }
  }

  #seeOwn(): void {
    this.#mostOwnMib = Math.max(this.#mostOwnMib, this.#mib('RssAnon'));
  }

  #mib(name: string): number {
    return Number(this.#status(`${this.#process.pid}`).get(name)?.split(' ')[0]) / KIB_PER_MIB;
  }

  #ask(sql: string): Record<string, unknown>[] {
    const database = new DatabaseSync(join(this.#folder, 'data/agent/agent.db'), { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  #status(of: string): Map<string, string> {
    const lines = readFileSync(`/proc/${of}/status`, 'utf8').split('\n');
    return new Map(lines.map((line) => line.split(/:\s+/, 2) as [string, string]));
  }
}

/** Threads end. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
