import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** Fields of proc_pid_stat(5) after the name: policy is the 41st, the real-time priority the 40th. */
const REAL_TIME = { priority: 40 - 3, policy: 41 - 3 };
const SCHED_RR = '2';

const program = `
  import { readFileSync } from 'node:fs';
  import { parentPort, Worker } from 'node:worker_threads';
  import { runFirst } from '${new URL('./run-first.ts', import.meta.url)}';
  const runsFirst = await runFirst();
  const stat = readFileSync('/proc/thread-self/stat', 'utf8');
  const later = new Worker("require('worker_threads').parentPort.postMessage(require('fs').readFileSync('/proc/thread-self/stat', 'utf8'))", { eval: true });
  later.on('message', (child) => parentPort.postMessage({ runsFirst, stat, child }));
`;

test.runIf(process.platform === 'linux')(
  'a thread runs first where that is allowed, and those that it makes do not',
  async () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
    const said = await new Promise<{ runsFirst: boolean; stat: string; child: string }>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(said.runsFirst).toBe(mayRunFirst());
    expect(realTime(said.stat)).toEqual(
      said.runsFirst ? { policy: SCHED_RR, priority: '1' } : { policy: '0', priority: '0' },
    );
    expect(realTime(said.child).policy).toBe('0');
  },
);

function mayRunFirst(): boolean {
  if (availableParallelism() < 2) return false;
  const limit = /^Max realtime priority +(\d+|unlimited)/m.exec(
    readFileSync('/proc/self/limits', 'utf8'),
  )?.[1];
  const capabilities = BigInt(`0x${/^CapEff:\t(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`);
  const CAP_SYS_NICE = 23n;
  return limit !== '0' || ((capabilities >> CAP_SYS_NICE) & 1n) === 1n;
}

function realTime(stat: string): { policy: string | undefined; priority: string | undefined } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { policy: fields[REAL_TIME.policy], priority: fields[REAL_TIME.priority] };
}
