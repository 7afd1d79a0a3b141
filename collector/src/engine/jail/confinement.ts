/** What the engine process measures of its own jail: believed is what holds, not what was configured. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

export interface Confinement {
  /** Nothing of `gaps` is open. */
  jailed: boolean;
  /** What still reaches out of the process, in words. */
  gaps: string[];
}

/** What decides it, as this process finds it. */
export interface Surroundings {
  /** /proc/self/status, empty where there is none. */
  status: string;
  /** Names of network interfaces that lead to other computers. */
  interfaces: readonly string[];
  /** Of the folders that no engine needs, those it may write. */
  writable: readonly string[];
  /** Of files that are others', those it may read. */
  readable: readonly string[];
  /** Other processes are in sight. */
  seesProcesses: boolean;
}

/** Folders of the system. /tmp is not among them: every jail has one of its own. */
const FOREIGN_FOLDERS = ['/', '/etc', '/usr', '/var', '/var/tmp', '/home', '/root', '/dev/shm', '/run'];
/** Every system has some of them, and no engine needs one. */
const FOREIGN_FILES = ['/etc/passwd', '/etc/os-release', '/usr/bin/env', '/bin/sh'];

/** Pure. */
export function confinementIn({
  status,
  interfaces,
  writable,
  readable,
  seesProcesses,
}: Surroundings): Confinement {
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  const gaps: string[] = [];
  if (readable.length > 0) gaps.push(`can read files of the system (${readable[0]})`);
  if (writable.length > 0) gaps.push(`can write outside of its data folder (${writable[0]})`);
  if (interfaces.length > 0) gaps.push(`can reach a network (${interfaces[0]})`);
  if (seesProcesses) gaps.push('sees other processes');
  if (field('NoNewPrivs') !== '1') gaps.push('may gain privileges');
  if (!/^0+$/.test(field('CapEff') ?? '')) gaps.push('has privileges (capabilities)');
  if (field('Seccomp') !== '2') gaps.push('may make every system call');
  return { jailed: gaps.length === 0, gaps };
}

export function ownConfinement(): Confinement {
  return confinementIn({
    status: readOr('/proc/self/status', ''),
    interfaces: Object.entries(networkInterfaces())
      .filter(([, addresses]) => addresses?.some(({ internal }) => !internal))
      .map(([name]) => name),
    writable: FOREIGN_FOLDERS.filter((path) => may(path, constants.W_OK)),
    readable: FOREIGN_FILES.filter((path) => may(path, constants.R_OK)),
    // Process 1 of a jail started this one and does nothing else.
    seesProcesses: processes().some((pid) => pid !== process.pid && !(pid === 1 && process.ppid === 1)),
  });
}

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
