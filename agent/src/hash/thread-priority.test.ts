/** The kernel says which priority each thread has. */
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const BODY = new URL('./thread-priority.ts', import.meta.url).href;

/** proc_pid_stat(5): niceness is the 19th field, counted behind the name, which may hold spaces. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

test.skipIf(process.platform !== 'linux')(
  'a thread alone gets the lowest priority, and no other one',
  async () => {
    const before = nicenesses();
    const asked = `import(${JSON.stringify(BODY)}).then(({ setThreadPriority }) => {
    setThreadPriority(19);
    require('node:worker_threads').parentPort.postMessage('set');
    setInterval(() => {}, 1000);
  });`;
    const worker = new Worker(asked, { eval: true, execArgv: [] });
    await new Promise((resolve) => worker.once('message', resolve));
    const now = nicenesses();
    expect(now.filter((each) => each === 19).length - before.filter((each) => each === 19).length).toBe(1);
    await worker.terminate();
  },
);
