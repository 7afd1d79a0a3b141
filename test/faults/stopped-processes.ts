/** Stops processes where they are, all their threads, so that nothing more is written while their disk is copied. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_WAIT_MS = 10_000;

/** Resolves once every thread stands still, also those that were waiting for the disk. */
export async function stopProcesses(pids: readonly number[]): Promise<void> {
  signal(pids, 'SIGSTOP');
  const until = performance.now() + MOST_WAIT_MS;
  while (!pids.every(standsStill)) {
    if (performance.now() > until) throw new Error(`processes ${pids} do not stop`);
    await sleep(1);
  }
}

export function continueProcesses(pids: readonly number[]): void {
  signal(pids, 'SIGCONT');
}

export function killProcesses(pids: readonly number[]): void {
  signal(pids, 'SIGKILL');
}

/** One that has ended meanwhile, since its parent did, needs none. */
function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

function standsStill(pid: number): boolean {
  return threadsOf(pid).every((thread) => /^[TtZX]/.test(stateOf(`${pid}/task/${thread}`)));
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The process and everything it started, as far as that lives. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(stateOf(name).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (const each of tree) tree.push(...(children.get(each) ?? []));
  return tree;
}

/** From the state letter on; empty for one that has ended. */
function stateOf(path: string): string {
  try {
    const text = readFileSync(`/proc/${path}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2);
  } catch {
    return 'X 0';
  }
}
