import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineUnderTest, freePort } from './engine-under-test.ts';
import { type EngineState, type EngineSupervisor, superviseEngine } from './supervise-engine.ts';
import { writerSecret } from './writer-secret.ts';

let dataDir: string;
let supervisor: EngineSupervisor | undefined;
const log = { info: () => undefined, warn: () => undefined };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-supervise-'));
});

afterEach(async () => {
  await supervisor?.close();
  supervisor = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(port: number, statement: string): Promise<string> {
  const headers = { 'x-clickhouse-user': 'fleetmeter_writer', 'x-clickhouse-key': writerSecret(dataDir) };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: statement, headers });
  return answer.text();
}

describe('the supervised engine', { timeout: 60_000 }, () => {
  test('comes back after kill -9 with everything that was acknowledged', async () => {
    const port = await freePort();
    const states: EngineState[] = [];
    supervisor = await superviseEngine({
      dataDir,
      port,
      readers: 2,
      log,
      onStateChange: (state) => states.push(state),
    });
    await ask(
      port,
      'CREATE TABLE fleetmeter.t (a UInt32) ENGINE = MergeTree ORDER BY a SETTINGS fsync_after_insert = 1, fsync_part_directory = 1',
    );
    for (let round = 1; round <= 3; round += 1) {
      expect(await ask(port, `INSERT INTO fleetmeter.t FORMAT CSV\n${round}\n`)).toBe('');
      const pid = supervisor.state.pid ?? 0;
      const writing = ask(
        port,
        'INSERT INTO fleetmeter.t SELECT 1000 + number FROM numbers(100000000)',
      ).catch(() => '');
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.kill(pid, 'SIGKILL');
      await writing;
      await expect
        .poll(() => supervisor?.state, { timeout: 15_000 })
        .toMatchObject({ up: true, restarts: round });
      expect(supervisor.state.pid).not.toBe(pid);
      expect(await ask(port, 'SELECT count() FROM fleetmeter.t WHERE a < 1000')).toBe(`${round}\n`);
    }
    expect(states.some((state) => !state.up && state.restarts === 1)).toBe(true);
  });

  test('a stopped process is noticed by its silence and replaced', async () => {
    const port = await freePort();
    supervisor = await superviseEngine({ dataDir, port, readers: 2, log });
    const pid = supervisor.state.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => supervisor?.state, { timeout: 15_000 }).toMatchObject({ up: true, restarts: 1 });
    expect(supervisor.state.pid).not.toBe(pid);
  });

  test.skipIf(process.platform !== 'linux')('leaves the processor to who answers devices', async () => {
    const port = await freePort();
    supervisor = await superviseEngine({ dataDir, port, readers: 2, log });
    await ask(port, 'SELECT sum(cityHash64(number)) FROM numbers(1000000)');
    const tasks = `/proc/${supervisor.state.pid}/task`;
    // proc_pid_stat(5): the 19th field, counted behind the name, which may hold spaces. The thread that watches the engine's
    // memory, some microseconds each time, takes the highest niceness where it may: as root, outside of a jail.
    const niceness = readdirSync(tasks)
      .map((task) => readFileSync(`${tasks}/${task}/stat`, 'utf8'))
      .filter((stat) => supervisor?.state.unjailed === undefined || !stat.includes('(MemoryWorker)'))
      .map((stat) => Number(stat.split(') ').at(-1)?.split(' ')[16]));
    expect(niceness.length).toBeGreaterThan(10);
    expect(niceness.filter((nice) => nice < 10)).toEqual([]);
  });

  test('close ends the process and leaves the folder free', async () => {
    const port = await freePort();
    const first = await superviseEngine({ dataDir, port, readers: 2, log });
    const pid = first.state.pid ?? 0;
    await first.close();
    expect(() => process.kill(pid, 0)).toThrow();
    supervisor = await superviseEngine({ dataDir, port, readers: 2, log });
    expect(supervisor.state).toMatchObject({ up: true, restarts: 0 });
  });

  test('ends when its parent is gone', async () => {
    const port = await freePort();
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { superviseEngine } from ${JSON.stringify(new URL('./supervise-engine.ts', import.meta.url).href)};
         const log = { info() {}, warn() {} };
         const s = await superviseEngine({ dataDir: ${JSON.stringify(dataDir)}, port: ${port}, readers: 2, log });
         console.log(s.state.pid); setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
    parent.kill('SIGKILL');
    const alive = () => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(false);
  });
});

describe('what cannot start says why in one line', { timeout: 60_000 }, () => {
  test('a folder in use, a port in use, a folder that cannot be written', async () => {
    const other = await engineUnderTest({ readers: 1 });
    try {
      const inUse = superviseEngine({
        dataDir: other.dataDir,
        port: await freePort(),
        readers: 1,
        log,
        patienceMs: 0,
      });
      await expect(inUse).rejects.toThrow(/in use by process \d+: only one engine may open it$/);
      const holder = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => holder.once('listening', resolve));
      const address = holder.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      const taken = superviseEngine({ dataDir, port, readers: 1, log, patienceMs: 0, pingEveryMs: 200 });
      await expect(taken).rejects.toThrow(
        /cannot listen on 127.0.0.1:\d+: another program already listens there$/,
      );
      holder.close();
      const file = join(dataDir, 'file');
      writeFileSync(file, '');
      const notFolder = superviseEngine({
        dataDir: join(file, 'engine'),
        port: await freePort(),
        readers: 1,
        log,
      });
      await expect(notFolder).rejects.toThrow(/cannot use the data folder .*ENOTDIR/);
    } finally {
      await other.remove();
    }
  });

  test('the writer secret is made once, private, and a damaged one is not replaced silently', () => {
    const secret = writerSecret(dataDir);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(writerSecret(dataDir)).toBe(secret);
    const path = join(dataDir, 'writer-secret');
    expect(existsSync(path)).toBe(true);
    chmodSync(path, 0o600);
    writeFileSync(path, 'short');
    expect(() => writerSecret(dataDir)).toThrow(/does not hold a writer secret/);
  });
});
