import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lockDataFolder } from './control/data-folder-lock.ts';

const bin = fileURLToPath(new URL('../bin/fleetmeter-collector.mjs', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-main-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH: process.env.PATH, FLEETMETER_LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

test('--version and --help answer and end well', async () => {
  expect(await run(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const help = await run(['serve', '--help']);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('--agent-port');
  // Secrets would be readable by every user of the machine.
  expect(help.stdout).not.toContain('password');
});

test('a wrong setting is one line and exit code 1', async () => {
  expect(await run(['serve', '--agent-port', '70000'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'fleetmeter-collector: --agent-port must be 0 to 65535\n',
  });
});

test('an unknown option is one line', async () => {
  const { code, stderr } = await run(['serve', '--no-such']);
  expect([code, stderr]).toEqual([1, "error: unknown option '--no-such'\n"]);
});

test('a folder that cannot be made is one line', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await run(['serve', '--data-dir', join(folder, 'file')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^fleetmeter-collector: the data folder .* cannot be written \(ENOTDIR\); set --data-dir\n$/,
  );
});

test('a second collector on the same folder is refused in one line, and soon', async () => {
  const collectorDir = join(folder, 'collector');
  mkdirSync(collectorDir);
  const lock = lockDataFolder(collectorDir);
  const began = performance.now();
  const { code, stderr } = await run(['serve', '--data-dir', folder, '--agent-port', '0']);
  expect(performance.now() - began).toBeLessThan(5000);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^fleetmeter-collector: another collector \(process \d+\) is using .*\n$/);
  lock.release();
});

test('reports are taken while the ClickHouse server is away, and who is told to stop stops', async () => {
  const [agentPort, awayPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [bin, 'serve'], {
    env: {
      PATH: process.env.PATH,
      FLEETMETER_LOG_LEVEL: 'silent',
      FLEETMETER_DATA_DIR: folder,
      FLEETMETER_AGENT_TLS: 'off',
      FLEETMETER_AGENT_PORT: String(agentPort),
      FLEETMETER_ADMIN_PORT: '0',
      FLEETMETER_CLICKHOUSE_URL: `http://127.0.0.1:${awayPort}`,
    },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const answer = await vi.waitUntil(
    () => fetch(`http://127.0.0.1:${agentPort}/v1/report`, { method: 'POST' }).catch(() => undefined),
    { timeout: 30_000, interval: 100 },
  );
  expect(await answer.json()).toMatchObject({ code: 'content-type-unsupported' });
  // Long after it found that nobody answers.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 60_000);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a taken port is one line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const { code, stderr } = await run(['serve', '--data-dir', folder, '--agent-port', String(port)]);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `fleetmeter-collector: port ${port} on 127.0.0.1 is taken by another program; choose another port\n`,
  );
  other.close();
});
