/** Tells how the agent's first scan goes, and at its end what was found. Looks from outside, as a person would. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Part } from './part.ts';
import { type ScanView, scanProgress } from './scan-progress.ts';
import { askSql } from './sql-question.ts';
import type { StartOptions } from './start-options.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 15 * 60_000;

export interface FirstScanOptions {
  options: StartOptions;
  agent: Pick<Part, 'file' | 'environment'>;
  terminal: Terminal;
  ended: AbortSignal;
}

/** Returns when what was found is told, when the end was asked for, or when patience ends. */
export async function followFirstScan({ options, agent, terminal, ended }: FirstScanOptions): Promise<void> {
  const began = performance.now();
  let told = '';
  while (!ended.aborted && performance.now() - began < PATIENCE_MS) {
    const view: ScanView = {
      agent: await statusOf(agent),
      tables: await whatTablesSay(options.sqlPort),
    };
    const { done, text } = scanProgress(view);
    if (done) return tellFound(view, performance.now() - began, options, terminal);
    if (text !== told) terminal.tell('progress', text);
    told = text;
    await sleep(LOOK_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
  if (!ended.aborted)
    terminal.tell('warning', `the first scan is not over after ${PATIENCE_MS / 60_000} minutes; it goes on`);
}

function tellFound(
  { tables }: ScanView,
  tookMs: number,
  { sqlPort }: StartOptions,
  terminal: Terminal,
): void {
  if (!tables) return;
  terminal.tell(
    'found',
    `found ${plural(tables.executables, 'executable')} of ${plural(tables.applications, 'application')} on ${plural(tables.devices, 'device')} in ${Math.round(tookMs / 1000)} s; ask: ` +
      `curl -s 'http://127.0.0.1:${sqlPort}/' --data 'SELECT name, version FROM fleetmeter.applications LIMIT 10'`,
    { ...tables, seconds: Math.round(tookMs / 1000) },
  );
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

const run = promisify(execFile);

async function statusOf({ file, environment }: FirstScanOptions['agent']): Promise<ScanView['agent']> {
  try {
    const { stdout } = await run(process.execPath, [file, 'status', '--json'], {
      env: { ...environment },
      timeout: 10_000,
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(stdout) as ScanView['agent'];
  } catch {
    return undefined;
  }
}

async function whatTablesSay(sqlPort: number): Promise<ScanView['tables']> {
  type Counts = Record<'executables' | 'unnamed' | 'applications' | 'devices' | 'reported', string | number>;
  try {
    const [row] = await askSql<Counts>(
      sqlPort,
      `SELECT (SELECT count() FROM fleetmeter.executables) AS executables,
        (SELECT countIf(sha256 = '') FROM fleetmeter.executables) AS unnamed,
        (SELECT uniqExact(application_id) FROM fleetmeter.applications WHERE devices > 0) AS applications,
        (SELECT count() FROM fleetmeter.devices) AS devices,
        (SELECT sum(executables) FROM fleetmeter.devices) AS reported`,
    );
    if (!row) return undefined;
    return {
      executables: Number(row.executables),
      unnamed: Number(row.unnamed),
      applications: Number(row.applications),
      devices: Number(row.devices),
      reported: Number(row.reported),
    };
  } catch {
    return undefined;
  }
}
