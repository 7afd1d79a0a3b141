import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { engineLimits, threadPoolSize } from './engine-limits.ts';
import { EngineStartError } from './engine-start-error.ts';
import { folderHolder } from './folder-holder.ts';
import { endAbandonedJails } from './jail/abandoned-jails.ts';
import { INFO_DESCRIPTOR, LISTENING_DESCRIPTOR } from './jail/bubblewrap-arguments.ts';
import { findJail, JAIL_PIPES, type Jail, type JailWish, jailed, supply } from './jail/find-jail.ts';
import { jailPlace } from './jail/jail-place.ts';
import { underKernelBounds } from './kernel-bounds.ts';
import { withListeningSocket } from './listening-socket.ts';

export interface EngineLaunch {
  dataDir: string;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  readers: number;
  memoryMib: number;
  /** How long a reader's statement may take, and how much longer before the engine starts anew; see EngineLimits. */
  readerSeconds?: number | undefined;
  readerGraceMs?: number | undefined;
  spoolDir?: string | undefined;
  /** ClickHouse's own configuration, below `dataDir`; not given: the one that it has within. */
  configFile?: string | undefined;
  /** `inherit`: what the engine says goes where our own words go. */
  stderr: 'pipe' | 'inherit';
}

export interface LaunchedEngine {
  child: ChildProcess;
  port: number;
  /** The engine's own process, as seen from here; undefined while it is not known, when a jail stands between. */
  readonly pid: number | undefined;
  /** Asks it to end in order: kill its queries, close its tables. */
  end(): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

const program = fileURLToPath(new URL('./engine-process.ts', import.meta.url));

/** What must be in the environment before the process starts: libuv and the engine read it once. */
function engineEnvironment(readers: number): Record<string, string> {
  return {
    UV_THREADPOOL_SIZE: String(threadPoolSize(engineLimits({ readers }))),
    TZ: 'UTC',
    // The kernel counts address space that the allocator keeps after use. A recompute of a million devices left
    // 7 GB of it at 1.5 GB resident: past the limit, so that nothing worked any more.
    JE_MALLOC_CONF: 'retain:false',
    FLEETMETER_PARENT_PIPE: '1',
  };
}

/** Makes the folders that the engine writes. Throws EngineStartError, one line. */
function prepareFolders(launch: EngineLaunch): string[] {
  return [launch.dataDir, ...(launch.spoolDir === undefined ? [] : [launch.spoolDir])].map((folder) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return realpathSync(folder);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new EngineStartError(
        `cannot use the data folder ${folder} (${why}): choose another --data-dir or fix its owner`,
      );
    }
  });
}

/** The jail that `launch` can have here. Throws EngineStartError when one is required and there is none. */
export async function jailFor(launch: EngineLaunch, wish: JailWish): Promise<Jail> {
  const jail = await findJail(wish, jailPlace(program, prepareFolders(launch)));
  if (wish === 'required' && jail.kind === 'none')
    throw new EngineStartError(`the engine would have no jail: ${jail.reason}`);
  return jail;
}

/**
 * Starts the engine's process: under its memory limit, in its jail, with nothing of our environment, on a socket that
 * is opened here. It ends when our process does. Rejects with EngineStartError (one line) when the
 * folder is in use or the port is taken.
 */
export async function launchEngine(launch: EngineLaunch, jail: Jail): Promise<LaunchedEngine> {
  const [dataDir = '', spoolDir] = prepareFolders(launch);
  const holder = folderHolder(dataDir);
  if (holder !== undefined) {
    throw new EngineStartError(
      `the data folder ${dataDir} is in use by process ${holder}: only one engine may open it`,
    );
  }
  if (jail.kind === 'bubblewrap') await endAbandonedJails(dataDir);
  const place = jailPlace(program, spoolDir === undefined ? [dataDir] : [dataDir, spoolDir]);
  const command = [
    ...[process.execPath, program, '--listen-fd', String(LISTENING_DESCRIPTOR), '--data-dir', dataDir],
    ...['--readers', String(launch.readers), '--memory-mib', String(launch.memoryMib)],
    ...(launch.readerSeconds === undefined ? [] : ['--reader-seconds', String(launch.readerSeconds)]),
    ...(launch.readerGraceMs === undefined ? [] : ['--reader-grace-ms', String(launch.readerGraceMs)]),
    ...(spoolDir === undefined ? [] : ['--spool-dir', spoolDir]),
    ...(launch.configFile === undefined ? [] : ['--config-file', launch.configFile]),
  ];
  const isJailed = jail.kind === 'bubblewrap';
  // The limit holds from the start: an engine that had to start itself again would not be our child.
  const { file, args } = underKernelBounds(
    isJailed ? jailed(jail, place, command) : command,
    launch.memoryMib,
  );
  return withListeningSocket(launch.host, launch.port, (socket, port) => {
    const stdio: StdioOptions = ['pipe', 'ignore', launch.stderr, descriptorOf(socket)];
    if (isJailed) stdio.push(...JAIL_PIPES);
    // Nothing of our environment: a process's own can be read like a file, and ours may hold passwords.
    const env = { ...engineEnvironment(launch.readers), PATH: process.env.PATH ?? '/usr/bin:/bin' };
    // A group of its own: SYSTEM SHUTDOWN signals the whole group, and so does a terminal, while the engine is to end last.
    const child: ChildProcess = spawn(file, args, { env, stdio, detached: true });
    child.stdin?.on('error', () => undefined);
    if (isJailed) supply(child, jail.filter);
    return watched(child, port, isJailed);
  });
}

/** Node has no public name for it. */
function descriptorOf(socket: Server): number {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  if (!Number.isInteger(fd) || fd < 0) throw new Error('a listening socket without a descriptor');
  return fd;
}

function watched(child: ChildProcess, port: number, isJailed: boolean): LaunchedEngine {
  const running = () => child.exitCode === null && child.signalCode === null;
  /** Process 1 of the jail; all others in it end with it. */
  let first: number | undefined;
  let pid = isJailed ? undefined : child.pid;
  const info = child.stdio[INFO_DESCRIPTOR] as NodeJS.ReadableStream | null | undefined;
  let told = '';
  info?.on('error', () => undefined);
  info?.on('data', (chunk: Buffer) => {
    told += chunk.toString('latin1');
    const number = /"child-pid":\s*(\d+)/.exec(told)?.[1];
    if (number !== undefined) first = Number(number);
  });
  return {
    child,
    port,
    get pid() {
      if (first !== undefined) pid ??= onlyChildOf(first);
      return pid;
    },
    end: () => child.stdin?.end('end\n'),
    kill: () => {
      if (!running()) return;
      // From within, so that whoever waits for the child waits for the last of them: a new engine needs the folder.
      if (first === undefined || !killed(first)) child.kill('SIGKILL');
    },
  };
}

function onlyChildOf(pid: number): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return child === undefined || child === '' ? undefined : Number(child);
  } catch {
    return undefined;
  }
}

function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
    return false;
  }
}
