/** A throw-away PostgreSQL with its default settings, in a folder of its own, reachable through a socket there. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { treeCpuSeconds } from './process-tree-cpu.ts';

/** Where Debian keeps the server's programs, which are on nobody's PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root. */
const USER = 'postgres';
const START_SECONDS = 30;
/** The server does not outlive us however we end; SIGINT is its word for "at once, and orderly". */
const UNTIL_INPUT_ENDS = '"$0" "$@" & server=$!; read -r _; kill -INT $server; wait $server';

export class PostgresCluster {
  readonly #folder: string;
  readonly #programs: string;
  readonly #as: SpawnOptions;
  readonly #shell: ChildProcess;

  private constructor(folder: string, programs: string, as: SpawnOptions) {
    this.#folder = folder;
    this.#programs = programs;
    this.#as = as;
    const settings = ['listen_addresses=', 'synchronous_commit=on', 'fsync=on'].flatMap((each) => [
      '-c',
      each,
    ]);
    const command = [join(programs, 'postgres'), '-D', join(folder, 'data'), '-k', folder, ...settings];
    this.#shell = spawn('/bin/sh', ['-c', UNTIL_INPUT_ENDS, ...command], {
      ...as,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }

  /** Throws, saying what to install, when PostgreSQL is not here. */
  static async start(): Promise<PostgresCluster> {
    const programs = serverPrograms();
    const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-postgres-'));
    const as: { uid?: number; gid?: number } = process.getuid?.() === 0 ? unprivileged() : {};
    if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
    const options = ['-D', join(folder, 'data'), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-locale'];
    execFileSync(join(programs, 'initdb'), options, { ...as, cwd: folder, stdio: 'ignore' });
    const cluster = new PostgresCluster(folder, programs, { ...as, cwd: folder });
    try {
      await cluster.#ready();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** CPU seconds of all its processes so far. */
  cpuSeconds(): number {
    const [pid] = readFileSync(join(this.#folder, 'data/postmaster.pid'), 'utf8').split('\n');
    return treeCpuSeconds(Number(pid));
  }

  /** A client that executes what is written to it and stops at the first error. */
  client(): { write(sql: string): Promise<void>; end(): Promise<void> } {
    const child = spawn(
      join(this.#programs, 'psql'),
      [...this.#address(), '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-'],
      {
        ...this.#as,
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    const input = child.stdin as NonNullable<typeof child.stdin>;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    input.on('error', () => undefined);
    return {
      write: async (sql) => {
        if (!input.write(sql))
          await Promise.race([new Promise((resolve) => input.once('drain', resolve)), ended]);
      },
      end: async () => {
        input.end();
        const code = await ended;
        if (code !== 0) throw new Error(`psql ended with ${code}`);
      },
    };
  }

  /** The one value that a query gives. */
  value(sql: string): string {
    const options = { ...this.#as, encoding: 'utf8' as const };
    return execFileSync(join(this.#programs, 'psql'), [...this.#address(), '-At', '-c', sql], options)
      .toString()
      .trim();
  }

  async close(): Promise<void> {
    if (this.#shell.exitCode === null && this.#shell.signalCode === null) {
      const ended = new Promise((resolve) => this.#shell.once('exit', resolve));
      this.#shell.stdin?.end();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #address(): string[] {
    return ['-h', this.#folder, '-U', USER, '-d', USER, '-X'];
  }

  async #ready(): Promise<void> {
    for (let left = START_SECONDS * 10; left > 0; left--) {
      try {
        execFileSync(join(this.#programs, 'pg_isready'), ['-h', this.#folder], { stdio: 'ignore' });
        return;
      } catch {
        await sleep(100);
      }
    }
    throw new Error(`PostgreSQL does not answer after ${START_SECONDS} s`);
  }
}

function serverPrograms(): string {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const folders = [
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const found = folders.find((folder) =>
    ['initdb', 'postgres', 'psql', 'pg_isready'].every((program) => existsSync(join(folder, program))),
  );
  if (!found) throw new Error('not here: initdb and postgres; RUNLEVEL=1 apt-get install -y postgresql');
  return found;
}

function unprivileged(): { uid: number; gid: number } {
  const number = (of: string): number => Number(execFileSync('id', [of, USER], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}
