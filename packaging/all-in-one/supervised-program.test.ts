import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test, vi } from 'vitest';
import { type ProgramEnd, SupervisedProgram } from './supervised-program.ts';

const fake = (name: string) => join(import.meta.dirname, 'fakes', `${name}.mjs`);
const GRACE_MS = 5_000;
let started: SupervisedProgram[] = [];

function supervise(name: string) {
  const lines: string[] = [];
  const ends: (ProgramEnd & { pauseMs: number })[] = [];
  const program = new SupervisedProgram({
    command: process.execPath,
    args: [fake(name)],
    environment: process.env,
    onLine: (line) => lines.push(line),
    onRestart: (end, pauseMs) => ends.push({ ...end, pauseMs }),
  });
  started.push(program);
  program.start();
  return { program, lines, ends };
}

afterEach(async () => {
  await Promise.all(started.map((program) => program.stop(0)));
  started = [];
});

const within = { timeout: 10_000, interval: 20 };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a program that is killed is there again, with another process id', async () => {
  const { program, ends, lines } = supervise('steady');
  await vi.waitFor(() => expect(lines.join()).toContain('up'), within);
  const first = program.pid as number;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => {
    expect(program.pid).toBeDefined();
    expect(program.pid).not.toBe(first);
  }, within);
  expect(ends).toEqual([{ how: 'signal SIGKILL', failures: 1, pauseMs: 250 }]);
});

test('a program that dies at once is started with growing pauses', async () => {
  const { ends } = supervise('dying');
  await vi.waitFor(() => expect(ends.length).toBeGreaterThanOrEqual(3), within);
  expect(ends.slice(0, 3).map(({ pauseMs }) => pauseMs)).toEqual([250, 500, 1000]);
  expect(ends[0]?.how).toBe('exit code 3');
});

test('asked to end it ends by itself, and is not started again', async () => {
  const { program, lines, ends } = supervise('steady');
  await vi.waitFor(() => expect(lines.join()).toContain('up'), within);
  expect(await program.stop(GRACE_MS)).toBe(true);
  expect(lines.join()).toContain('ended by SIGTERM');
  expect(program.pid).toBeUndefined();
  expect(ends).toEqual([]);
});

test('a program that does not listen is made to end after the grace', async () => {
  const { program, lines } = supervise('stubborn');
  await vi.waitFor(() => expect(lines).toContain('up'), within);
  const pid = program.pid as number;
  const before = performance.now();
  expect(await program.stop(300)).toBe(false);
  expect(performance.now() - before).toBeGreaterThan(250);
  expect(isAlive(pid)).toBe(false);
});

test('asked to end during a pause it stays ended', async () => {
  const { program, ends } = supervise('dying');
  await vi.waitFor(() => expect(ends).toHaveLength(1), within);
  await program.stop(GRACE_MS);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(ends).toHaveLength(1);
  expect(program.pid).toBeUndefined();
});

test('a program that cannot be started counts as ended', async () => {
  const ends: ProgramEnd[] = [];
  const program = new SupervisedProgram({
    command: '/does/not/exist',
    args: [],
    environment: {},
    onLine: () => undefined,
    onRestart: (end) => ends.push(end),
  });
  started.push(program);
  program.start();
  await vi.waitFor(() => expect(ends[0]?.how).toContain('ENOENT'), within);
});

test('when its supervisor is killed -9, the program ends within seconds', async () => {
  const parent = spawn(process.execPath, [fake('parent'), fake('steady')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: parent.stdout }).on('line', (line) => lines.push(line));
  await vi.waitFor(() => expect(lines.join()).toContain('"up"'), within);
  const { pid } = JSON.parse(lines[0] as string) as { pid: number };
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), within);
});
