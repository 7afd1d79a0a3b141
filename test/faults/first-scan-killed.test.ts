/**
 * kill -9 in the middle of the first scan, of the agent as it is installed. What it had committed is not hashed again. What it opened is
 * counted from outside, by the kernel's word, and not by the agent's own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateForReading } from '../../agent/src/store/state-database.ts';
import { canRun } from './needed-programs.ts';

const AGENT = join(import.meta.dirname, '../../agent/bin/fleetmeter-agent.mjs');
const FILES = 400;
const FILE_BYTES = 65_536;
/** The first scan takes some eight seconds. */
const MEBIBYTES_PER_SECOND = 3;
/**
 * In flight: what the two threads have in hand, and what they have read, which is committed a fifth of a second later,
 * when the machine is busy a whole one.
 */
const MOST_IN_FLIGHT = 2 + (MEBIBYTES_PER_SECOND * 1_048_576) / FILE_BYTES;

describe.runIf(canRun('kill -9 in the first scan', 'strace'))('killed in the first scan', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleetmeter-killed-')));
    mkdirSync(join(folder, 'programs'));
    for (let number = 0; number < FILES; number++)
      writeFileSync(
        join(folder, `programs/tool-${number}`),
        `#!/bin/sh\n# ${number}\n`.padEnd(FILE_BYTES, 'x'),
        {
          mode: 0o755,
        },
      );
    writeFileSync(
      join(folder, 'agent.json'),
      JSON.stringify({
        roots: [join(folder, 'programs')],
        dataDir: join(folder, 'data'),
        collectorUrl: 'http://127.0.0.1:1',
        firstScanDelaySeconds: 0,
        hashMebibytesPerSecond: MEBIBYTES_PER_SECOND,
        hashCpuPercent: 0,
        hashGently: false,
        meterUsage: false,
      }),
    );
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Its log, as it grows. */
  function startAgent(trace?: string): { child: ChildProcess; log: () => string } {
    const command = [process.execPath, AGENT, 'run', '--config', join(folder, 'agent.json')];
    // Nobody has to catch it in the middle of the second scan.
    if (!trace) command.push('--hash-mebibytes-per-second', '0');
    const traced = trace ? ['strace', '-f', '-qq', '-e', 'trace=openat', '-o', trace, ...command] : command;
    const [program = '', ...args] = traced;
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    let log = '';
    child.stderr?.on('data', (text) => {
      log += text;
    });
    return { child, log: () => log };
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    for (const end = performance.now() + 60_000; !holds(); await sleep(20))
      if (performance.now() > end) throw new Error(`not within a minute: ${what}`);
  }

  function committed(): Set<string> {
    try {
      const database = openStateForReading(join(folder, 'data/agent'));
      try {
        return new Set(agentStore(database).inventory.paths());
      } finally {
        database.close();
      }
    } catch {
      // It has made no store yet.
      return new Set();
    }
  }

  test('hashes again at most what was in flight', { timeout: 180_000 }, async () => {
    const trace = join(folder, 'trace');
    const first = startAgent(trace);
    await until('a third of the files', () => committed().size > FILES / 3);
    const { pid } = JSON.parse(first.log().split('\n')[0] ?? '') as { pid: number };
    process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => first.child.once('exit', resolve));

    const kept = committed();
    expect(first.log()).not.toContain('first scan finished');
    expect(kept.size).toBeLessThan(FILES);
    // Opened to be read, in the way that only hashing opens.
    const opened = new Set(
      [...readFileSync(trace, 'latin1').matchAll(/"([^"]*\/programs\/tool-\d+)", [^)\n]*O_NOFOLLOW/g)].map(
        ([, path]) => path as string,
      ),
    );
    const again = [...opened].filter((path) => !kept.has(path));
    expect([...kept].filter((path) => !opened.has(path))).toEqual([]);

    const second = startAgent();
    await until('the scan’s end', () => second.log().includes('first scan finished'));
    const line = second
      .log()
      .split('\n')
      .find((each) => each.includes('first scan finished'));
    const { filesHashed, executables } = JSON.parse(line ?? '') as {
      filesHashed: number;
      executables: number;
    };
    expect([executables, filesHashed]).toEqual([FILES, FILES - kept.size]);
    console.log(`killed with ${kept.size} of ${FILES} files committed; ${again.length} were hashed twice`);
    expect(again.length).toBeLessThanOrEqual(MOST_IN_FLIGHT);
  });
});
