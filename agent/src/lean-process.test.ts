import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { LOADED_LATER, TRANSLATOR } from './lean-process.ts';

const SOURCES = import.meta.dirname;

test('every file that is loaded later or by a thread is found compiled', () => {
  const loaded = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    // What other commands than `run` load is loaded by processes that end soon.
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'main.ts')
    .flatMap((file) => {
      const later = /(?:\bimport\(|new URL\()\s*'(\.[^']+\.ts)'/g;
      return [...readFileSync(join(SOURCES, file), 'utf8').matchAll(later)].map(
        ([, name]) => `./${join(file, '..', name as string)}`,
      );
    });
  expect(loaded.length).toBeGreaterThan(0);
  expect([...new Set(loaded)].sort()).toEqual([...LOADED_LATER].sort());
});

/** Of the agent that runs in the end: what the runtime says of it when it ends. */
interface LastProcess {
  pid: number;
  modules: string[];
  execArgv: string[];
  /** How many processes there were in this one's place, itself included. */
  starts: number;
}

/** Runs an agent that keeps compiled code in `cache`, until it has started. */
async function runToItsStart(cache: string): Promise<LastProcess & { spawned: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-lean-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [said, starts, teller] = ['said.json', 'starts', 'teller.mjs'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(
    teller,
    `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
     import { isMainThread } from 'node:worker_threads';
     if (isMainThread) {
       appendFileSync(${JSON.stringify(starts)}, '.');
       process.on('exit', () => writeFileSync(${JSON.stringify(said)}, JSON.stringify({
         pid: process.pid,
         modules: process.moduleLoadList,
         execArgv: process.execArgv,
         starts: readFileSync(${JSON.stringify(starts)}, 'utf8').length,
       })));
     }`,
  );
  const config = join(folder, 'agent.json');
  const nowhere = { roots: [join(folder, 'none')], collectorUrl: 'https://127.0.0.1:9' };
  writeFileSync(config, JSON.stringify({ ...nowhere, dataDir: join(folder, 'data') }));
  const agent = spawn(
    process.execPath,
    [join(SOURCES, '../bin/fleetmeter-agent.mjs'), 'run', '--config', config],
    {
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: cache,
        NODE_OPTIONS: `--import=${pathToFileURL(teller).href}`,
        FLEETMETER_LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  await endedAfter(agent, 'agent started');
  expect(existsSync(said)).toBe(true);
  return { ...(JSON.parse(readFileSync(said, 'utf8')) as LastProcess), spawned: agent.pid as number };
}

async function endedAfter(agent: ChildProcess, words: string): Promise<void> {
  let log = '';
  agent.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    if (log.includes(words)) agent.kill('SIGTERM');
  });
  await new Promise((resolve) => agent.once('exit', resolve));
  expect(log).toContain(words);
}

test.runIf(process.platform === 'linux')(
  'the agent that stays has no translator, also when it was never started before, and is one process',
  async () => {
    const cache = mkdtempSync(join(tmpdir(), 'fleetmeter-cache-'));
    onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
    const [first, second] = [await runToItsStart(cache), await runToItsStart(cache)];
    for (const { pid, spawned, modules, execArgv } of [first, second]) {
      expect(pid).toBe(spawned);
      expect(modules).not.toContain(TRANSLATOR);
      expect(execArgv.filter((flag) => flag === '--optimize-for-size')).toHaveLength(1);
    }
    expect([first.starts, second.starts]).toEqual([3, 2]);
  },
  180_000,
);

test.runIf(process.platform === 'linux')(
  'where nothing can be kept it runs all the same, after as many starts',
  async () => {
    const blocked = mkdtempSync(join(tmpdir(), 'fleetmeter-cache-'));
    onTestFinished(() => rmSync(blocked, { recursive: true, force: true }));
    writeFileSync(join(blocked, 'file'), '');
    const { modules, starts } = await runToItsStart(join(blocked, 'file', 'cache'));
    expect(modules).toContain(TRANSLATOR);
    expect(starts).toBeLessThanOrEqual(3);
  },
  180_000,
);
