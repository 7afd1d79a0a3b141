/** Starts that must be refused, and the way to the pinned runtime; what a good start does is an end-to-end test. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdDataFolder } from './data-folder.ts';

const start = join(import.meta.dirname, 'start.mjs');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function runStart(
  args: string[],
  { node = process.execPath, environment = {} as Record<string, string>, through = [] as string[] } = {},
) {
  const { FLEETMETER_DATA_DIR: _, ...outer } = process.env;
  const [file = '', ...rest] = [...through, node, start, ...args];
  const result = spawnSync(file, rest, {
    encoding: 'utf8',
    env: { ...outer, ...environment },
    timeout: 20_000,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

/** The command that makes root obey file modes; others obey them anyway. */
function withoutRootPowers(): string[] {
  const powers = '-dac_override,-dac_read_search';
  return process.getuid?.() === 0 ? ['setpriv', `--bounding-set=${powers}`, `--inh-caps=${powers}`] : [];
}

/** One line, no stack, exit code 1. */
function expectOneLine({ code, err }: ReturnType<typeof runStart>, message: RegExp): void {
  expect(err.trimEnd()).toMatch(message);
  expect(err.trimEnd()).not.toContain('\n');
  expect(code).toBe(1);
}

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}

test('help tells the settings and starts nothing', () => {
  const { code, out } = runStart(['--help'], { environment: { FLEETMETER_DATA_DIR: join(folder, 'data') } });
  expect(code).toBe(0);
  expect(out).toContain('FLEETMETER_SQL_PORT');
  expect(readdirSync(folder)).toEqual([]);
});

test('an unknown option', () => {
  expectOneLine(runStart(['--frobnicate']), /frobnicate/);
});

test.each([
  ['admin-port', 'FLEETMETER_ADMIN_PORT'],
  ['agent-port', 'FLEETMETER_AGENT_PORT'],
  ['sql-port', 'FLEETMETER_SQL_PORT'],
])('a taken %s is named with the setting that changes it', async (flag, variable) => {
  const { server, port } = await listen();
  try {
    const free = await Promise.all([listen(), listen(), listen()]);
    const ports = free.map((each) => each.port);
    await Promise.all(free.map((each) => new Promise((resolve) => each.server.close(resolve))));
    const flags = ['admin-port', 'agent-port', 'sql-port'].flatMap((name, index) => [
      `--${name}`,
      String(name === flag ? port : ports[index]),
    ]);
    const refused = await spawnStart(['--data-dir', folder, ...flags]);
    expectOneLine(refused, new RegExp(`port ${port} .*taken.*${variable}`));
  } finally {
    server.close();
  }
});

/** Like runStart, without blocking the listener in this process. */
function spawnStart(args: string[]): Promise<ReturnType<typeof runStart>> {
  const child = spawn(process.execPath, [start, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

test('a second start on the same folder is refused at once and names the first', () => {
  const held = holdDataFolder(folder);
  try {
    const before = performance.now();
    expectOneLine(
      runStart(['--data-dir', folder]),
      new RegExp(`running on .* already \\(process ${process.pid}\\)`),
    );
    expect(performance.now() - before).toBeLessThan(5_000);
  } finally {
    held.release(true);
  }
});

test('a lock whose holder was killed is free, and the hurry is noticed', () => {
  const source = `
    import { holdDataFolder } from ${JSON.stringify(join(import.meta.dirname, 'data-folder.ts'))};
    holdDataFolder(${JSON.stringify(folder)});
    process.kill(process.pid, 'SIGKILL');`;
  const killed = spawnSync(process.execPath, ['--input-type=module', '-e', source]);
  expect(killed.signal).toBe('SIGKILL');
  const held = holdDataFolder(folder);
  expect(held.leftInAHurry).toBe(true);
  held.release(true);
  const again = holdDataFolder(folder);
  expect(again.leftInAHurry).toBe(false);
  again.release(true);
});

test('a folder that is a file', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expectOneLine(runStart(['--data-dir', file]), /cannot write to the data folder .*FLEETMETER_DATA_DIR/);
});

test('a folder without write permission', () => {
  const locked = join(folder, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  expectOneLine(
    runStart(['--data-dir', locked], { through: withoutRootPowers() }),
    /cannot write to the data folder .*EACCES/,
  );
});

test('a folder on a file system that takes no files', () => {
  expectOneLine(runStart(['--data-dir', '/proc/fleetmeter']), /cannot write to the data folder/);
});

const olderNode = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((each) => !each.includes('node_modules'))
  .map((each) => join(each, 'node'))
  .find((node) => {
    const { stdout } = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    const [major = 0] = (stdout ?? '').split('.').map(Number);
    return major >= 18 && major < 24;
  });

test.skipIf(olderNode === undefined)('an older Node becomes the pinned one, and passes exit codes on', () => {
  const node = olderNode as string;
  expect(runStart(['--help'], { node })).toMatchObject({ code: 0, err: '' });
  expectOneLine(runStart(['--frobnicate'], { node }), /frobnicate/);
});

test.skipIf(olderNode === undefined)('without a pinned runtime an older Node says so in one line', () => {
  const environment = { FLEETMETER_PINNED_RUNTIME: '1' };
  expectOneLine(runStart([], { node: olderNode as string, environment }), /needs Node 24\.15 .*npm ci/);
});
