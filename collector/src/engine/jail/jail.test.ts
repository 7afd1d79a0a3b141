/**
 * The second half of "readers only read": statements that no gate has looked at, sent as the writer, read nothing
 * from outside the engine's folder, write nothing there and reach nobody. The control runs them without a jail.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../engine-under-test.ts';
import { statementCorpus, withValues } from '../gate/statement-corpus.ts';
import { superviseEngine } from '../supervise-engine.ts';
import { writerSecret, writerUser } from '../writer-secret.ts';
import type { Confinement } from './confinement.ts';
import { findJail, type JailWish } from './find-jail.ts';
import { jailPlace } from './jail-place.ts';

const program = fileURLToPath(new URL('../engine-process.ts', import.meta.url));
const here = await findJail('auto', jailPlace(program, [tmpdir()]));
if (here.kind === 'none') process.stdout.write(`Skipped: the engine in its jail, since ${here.reason}\n`);
/** In full, what hangs or takes all memory as well. */
const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

const canary = 'canary-of-the-file';
/** Where no statement may leave a trace: the canary's folder and what the system has. */
let folder: string;
let dataDir: string;
let listeners: Server[];
let connections: number;
let port: number;
const address =
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-outside-'));
  writeFileSync(join(folder, 'canary.csv'), `${canary}\n`);
  chmodSync(folder, 0o777);
  chmodSync(join(folder, 'canary.csv'), 0o666);
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-jail-'));
  mkdirSync(join(dataDir, 'db'), { mode: 0o700 });
  symlinkSync(join(folder, 'canary.csv'), join(dataDir, 'link.csv'));
  connections = 0;
  port = await freePort();
  listeners = [];
  for (const host of ['0.0.0.0', '::1']) {
    const listener = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    });
    const listening = new Promise((resolve) => listener.once('listening', resolve).once('error', resolve));
    listener.listen(port, host);
    await listening;
    listeners.push(listener);
  }
});

afterEach(() => {
  for (const listener of listeners) listener.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
});

const values = () => ({
  file: join(folder, 'canary.csv'),
  link: join(dataDir, 'link.csv'),
  out: join(folder, 'out.csv'),
  folder,
  program: fileURLToPath(new URL('../engine-process.ts', import.meta.url)),
  port: String(port),
  address,
});

/** Tries once and soon gives up: a listener that is not reachable is not worth a wait. */
const impatient = new URLSearchParams({
  http_max_tries: '1',
  http_connection_timeout: '1',
  http_receive_timeout: '1',
  connect_timeout_with_failover_ms: '300',
  connections_with_failover_max_tries: '1',
  s3_max_connections: '1',
  s3_retry_attempts: '0',
  max_execution_time: '2',
  max_memory_usage: '500000000',
});

interface Harm {
  /** Statements whose answer held the canary. */
  read: string[];
  /** Traces outside of the data folder. */
  written: string[];
  connections: number;
  /** Statements that were answered at all, as a success or as an error. */
  answered: number;
  succeeded: number;
}

async function sendAll(url: string, secret: string, statements: readonly string[]): Promise<Harm> {
  const harm: Harm = { read: [], written: [], connections: 0, answered: 0, succeeded: 0 };
  const headers = { 'x-clickhouse-user': writerUser, 'x-clickhouse-key': secret };
  for (const body of statements) {
    for (let tries = 0; tries < 30; tries += 1) {
      try {
        const signal = AbortSignal.timeout(3_000);
        const answer = await fetch(`${url}/?${impatient}`, { method: 'POST', body, headers, signal });
        const text = await answer.text();
        harm.answered += 1;
        if (answer.ok) harm.succeeded += 1;
        if (text.includes(canary)) harm.read.push(body);
        break;
      } catch (error) {
        // A statement may end the engine, which comes back; or take its time, and is killed.
        if ((error as Error).name === 'TimeoutError') break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
  const traces = ['/etc/harm', '/usr/lib/harm.so', '/dev/shm/harm'].filter((path) => existsSync(path));
  for (const trace of traces) rmSync(trace, { force: true });
  const left = readdirSync(folder).filter((name) => name !== 'canary.csv');
  harm.written.push(...traces, ...left.map((name) => join(folder, name)));
  if (readFileSync(join(folder, 'canary.csv'), 'utf8') !== `${canary}\n`) harm.written.push('the canary');
  harm.connections = connections;
  return harm;
}

const setUp = [
  'CREATE DATABASE fleetmeter_facts',
  'CREATE TABLE fleetmeter_facts.secret (a UInt32, note String) ENGINE = MergeTree ORDER BY a',
  "INSERT INTO fleetmeter_facts.secret SELECT 1, 'x'",
];

async function withEngine<T>(
  jail: JailWish,
  work: (url: string, secret: string) => Promise<T>,
): Promise<{ result: T; confinement: Confinement; restarts: number }> {
  const enginePort = await freePort();
  const log = { info: () => undefined, warn: () => undefined };
  const engine = await superviseEngine({
    dataDir,
    port: enginePort,
    readers: 2,
    memoryMib: 2_048,
    jail,
    log,
  });
  const [url, secret] = [`http://127.0.0.1:${enginePort}`, writerSecret(dataDir)];
  try {
    const confinement = await confinementOf(url, secret);
    const result = await work(url, secret);
    return { result, confinement, restarts: engine.state.restarts };
  } finally {
    await engine.close();
  }
}

async function confinementOf(url: string, secret: string): Promise<Confinement> {
  const headers = { 'x-clickhouse-user': writerUser, 'x-clickhouse-key': secret };
  const answer = await fetch(`${url}/engine/stats`, { headers });
  return ((await answer.json()) as { confinement: Confinement }).confinement;
}

const said = (who: string, count: number, { answered, succeeded, read, written, connections }: Harm) =>
  process.stdout.write(
    `${who}: ${count} statements, ${answered} answered, ${succeeded} of them a success; ${read.length} read the canary, ${written.length} traces outside, ${connections} connections\n`,
  );

describe.skipIf(here.kind === 'none')('with no gate before it', { timeout: 240_000 }, () => {
  test('the jail contains what the writer is made to ask', async () => {
    const hostile = statementCorpus('hostile-statements').filter(
      (statement) => FULL || /\{\{\w+\}\}.*url|OUTFILE|BACKUP|SYSTEM SHUTDOWN|INSERT INTO F/.test(statement),
    );
    const statements = [
      ...statementCorpus('reaching-out-statements', values()),
      ...hostile.map((statement) => withValues(statement, values())),
    ];
    expect(statements.length).toBeGreaterThan(FULL ? 500 : 90);
    const { result, confinement, restarts } = await withEngine('required', (url, secret) =>
      sendAll(url, secret, [...setUp, ...statements]),
    );
    said(`jailed (${restarts} restarts)`, statements.length, result);
    expect(confinement).toEqual({ jailed: true, gaps: [] });
    expect(result).toMatchObject({ read: [], written: [], connections: 0 });
    expect(result.answered).toBeGreaterThan(statements.length * 0.9);
  });

  test('the control: without it the same statements read, write and connect', async () => {
    const harmless = statementCorpus('reaching-out-statements', values()).filter(
      // The control must not damage the machine it runs on.
      (statement) => !/'\/(?:proc\/s|etc\/|usr\/)|'[^']*engine-process\.ts'/.test(statement),
    );
    const { result, confinement } = await withEngine('off', (url, secret) =>
      sendAll(url, secret, [...setUp, ...harmless]),
    );
    said('without a jail', harmless.length, result);
    expect(confinement.jailed).toBe(false);
    expect(result.read.length).toBeGreaterThan(3);
    expect(result.written.length).toBeGreaterThan(2);
    expect(result.connections).toBeGreaterThan(5);
  });

  test.skipIf(!isRoot)('the jail of a user without privileges is as tight', async () => {
    for (const path of [dataDir, join(dataDir, 'db')]) chownSync(path, NOBODY, NOBODY);
    const enginePort = await freePort();
    const script = `
      import { superviseEngine } from ${JSON.stringify(new URL('../supervise-engine.ts', import.meta.url).href)};
      const log = { info() {}, warn() {} };
      const engine = await superviseEngine({ dataDir: ${JSON.stringify(dataDir)}, port: ${enginePort}, readers: 2, memoryMib: 2048, log });
      console.log(JSON.stringify(engine.state));
      process.stdin.resume().on('end', async () => { await engine.close(); process.exit(); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const state = JSON.parse(
        await new Promise<string>((resolve, reject) => {
          child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
          child.once('error', reject);
          child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
        }),
      ) as { unjailed?: string };
      const [url, secret] = [`http://127.0.0.1:${enginePort}`, writerSecret(dataDir)];
      const confinement = await confinementOf(url, secret);
      if (state.unjailed !== undefined) {
        // As in many containers: said, and seen, and the engine serves all the same.
        process.stdout.write(`Skipped: the jail without privileges, since ${state.unjailed}\n`);
        expect(confinement.jailed).toBe(false);
        return;
      }
      const statements = statementCorpus('reaching-out-statements', values());
      const result = await sendAll(url, secret, [...setUp, ...statements]);
      said('jailed, as nobody', statements.length, result);
      expect(confinement).toEqual({ jailed: true, gaps: [] });
      expect(result).toMatchObject({ read: [], written: [], connections: 0 });
    } catch (error) {
      // A checkout that others may not read, as homes often are; the one of CI may be read.
      if ((error as NodeJS.ErrnoException).code !== 'EACCES' || process.env.CI === 'true') throw error;
      process.stdout.write('Skipped: the jail without privileges, since others may not read this checkout\n');
    } finally {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      if (child.pid !== undefined && child.exitCode === null) await ended;
    }
  });
});

test('a jail that cannot be had is a reason in words, and refuses the start when it is required', async () => {
  const path = process.env.PATH;
  process.env.PATH = folder;
  try {
    const place = jailPlace(program, [dataDir]);
    const reason =
      'bubblewrap is not installed (Debian: apt-get install -y --no-install-recommends bubblewrap)';
    expect(await findJail('auto', place)).toEqual({ kind: 'none', reason });
    const log = { info: () => undefined, warn: () => undefined };
    await expect(
      superviseEngine({ dataDir, port: await freePort(), readers: 1, jail: 'required', log }),
    ).rejects.toThrow(`the engine would have no jail: ${reason}`);
    writeFileSync(
      join(folder, 'bwrap'),
      '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2; exit 1\n',
    );
    chmodSync(join(folder, 'bwrap'), 0o755);
    expect(await findJail('auto', place)).toEqual({
      kind: 'none',
      reason: 'bwrap: No permissions to create new namespace',
    });
  } finally {
    process.env.PATH = path;
  }
});
