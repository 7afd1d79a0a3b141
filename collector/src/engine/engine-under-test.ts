import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Confinement } from './jail/confinement.ts';
import type { JailWish } from './jail/find-jail.ts';
import { jailFor, type LaunchedEngine, launchEngine } from './launch-engine.ts';
import { writerSecret, writerUser } from './writer-secret.ts';

export interface Answer {
  status: number;
  text: string;
  headers: Headers;
}

/** A real engine in its own process on a folder of its own, for tests. */
export interface EngineUnderTest {
  url: string;
  port: number;
  dataDir: string;
  secret: string;
  process: LaunchedEngine;
  /** Ask as a reader; `search` is what follows `/?`. */
  read(statement: string | Buffer, search?: string): Promise<Answer>;
  write(statement: string | Buffer, search?: string, headers?: Record<string, string>): Promise<Answer>;
  /** The writer's answer, which must be a success. */
  must(statement: string, search?: string): Promise<string>;
  /** What the engine has measured of its own jail. */
  confinement(): Promise<Confinement>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Jailed where this machine can, as everywhere else. */
export async function engineUnderTest(
  options: {
    dataDir?: string;
    readers?: number;
    memoryMib?: number;
    jail?: JailWish;
    configFile?: string;
  } = {},
): Promise<EngineUnderTest> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'fleetmeter-engine-'));
  const launch = {
    dataDir,
    host: '127.0.0.1',
    port: 0,
    readers: options.readers ?? 8,
    memoryMib: options.memoryMib ?? 6 * 1024,
    configFile: options.configFile,
    stderr: 'inherit',
  } as const;
  const launched = await launchEngine(launch, await jailFor(launch, options.jail ?? 'auto'));
  const { child, port } = launched;
  const url = `http://127.0.0.1:${port}`;
  await untilPing(url, child);
  const secret = writerSecret(dataDir);
  const ask = async (body: string | Buffer, search: string, headers: Record<string, string>) => {
    const init = { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers };
    const answer = await fetch(`${url}/?${search}`, init);
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const asWriter = { 'x-clickhouse-user': writerUser, 'x-clickhouse-key': secret };
  const stop = () =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      launched.end();
    });
  return {
    url,
    port,
    dataDir,
    secret,
    process: launched,
    read: (statement, search = '') => ask(statement, search, {}),
    write: (statement, search = '', headers = {}) => ask(statement, search, { ...asWriter, ...headers }),
    must: async (statement, search = '') => {
      const answer = await ask(statement, search, asWriter);
      if (answer.status !== 200) throw new Error(`${statement.slice(0, 200)}: ${answer.text}`);
      return answer.text;
    },
    confinement: async () => {
      const answer = await fetch(`${url}/engine/stats`, { headers: asWriter });
      return ((await answer.json()) as { confinement: Confinement }).confinement;
    },
    stop,
    remove: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Two databases as the collector has them: facts that readers may not name, and views over them. */
export async function withSampleData(engine: EngineUnderTest): Promise<EngineUnderTest> {
  for (const statement of [
    'CREATE DATABASE fleetmeter_facts',
    'CREATE TABLE fleetmeter_facts.secret (a UInt32, note String) ENGINE = MergeTree ORDER BY a',
    "INSERT INTO fleetmeter_facts.secret SELECT 1, 'canary-of-the-facts'",
    'CREATE TABLE fleetmeter_facts.t (a UInt32, s String) ENGINE = MergeTree ORDER BY a',
    "INSERT INTO fleetmeter_facts.t SELECT number + 1, concat('x', toString(number)) FROM numbers(4)",
    'CREATE VIEW fleetmeter.v AS SELECT a, s FROM fleetmeter_facts.t',
    "CREATE VIEW fleetmeter.days AS SELECT a, toDate('2026-01-01') + a AS day FROM fleetmeter_facts.t",
    'CREATE TABLE fleetmeter.days_of_interest (a UInt32) ENGINE = MergeTree ORDER BY a',
    'INSERT INTO fleetmeter.days_of_interest SELECT 2',
  ]) {
    await engine.must(statement);
  }
  return engine;
}

async function untilPing(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${url}/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the engine under test ended with ${child.exitCode ?? child.signalCode}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}
