/** A day of the whole agent on which nothing happens, by a clock that runs some thousand times too fast. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runAgent } from './agent.ts';
import type { Clock } from './clock/clock.ts';
import { loadConfig } from './config/load-config.ts';
import { makeAgentFolder } from './fixtures/agent-folder.ts';
import { ScriptedCollector } from './send/fixtures/scripted-collector/scripted-collector.ts';

const MOST_LINES = 20;
const HOUR_MS = 3_600_000;
/** A day in six seconds. */
const FASTER = 14_400;

function fastClock(): Clock {
  const started = performance.now();
  const passed = (): number => Math.floor((performance.now() - started) * FASTER);
  return {
    now: () => ({ wallMs: 20_000 * 24 * HOUR_MS + passed(), monotonicMs: passed(), bootMs: passed() }),
    bootId: () => 'boot',
    utcOffsetSeconds: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms / FASTER);
        signal?.addEventListener('abort', done, { once: true });
      }),
  };
}

test(`a quiet day costs at most ${MOST_LINES} lines in the log, with a report each hour`, async () => {
  const folder = makeAgentFolder('quiet-day');
  const collector = new ScriptedCollector();
  const clock = fastClock();
  const lines: { at: number; level: string; message: string; fields: object }[] = [];
  const line = (level: string) => (fields: object, message: string) => {
    lines.push({ at: clock.now().monotonicMs / HOUR_MS, level, message, fields });
  };
  const flags = {
    config: join(folder, 'config.json'),
    dataDir: join(folder, 'data'),
    roots: join(folder, 'root'),
    collectorUrl: await collector.listen(),
    // Looked at less often than usual, since the clock is faster than the machine; neither writes a line by itself.
    sampleIntervalSeconds: '300',
    usageFlushSeconds: '900',
  };
  const stop = new AbortController();
  const log = { info: line('info'), warn: line('warn'), error: line('error') };
  const agent = runAgent({ ...loadConfig(flags, {}), version: '0', clock, log }, stop.signal);
  try {
    // The first scan, the first report and what was asked for are no part of a quiet day.
    while (collector.reports.length < 2 || collector.evidence.size < 1) await clock.sleep(HOUR_MS / 6);
    const [began, before] = [clock.now().monotonicMs / HOUR_MS, collector.reports.length];
    await clock.sleep(25 * HOUR_MS);
    const reports = collector.reports.length - before;
    expect(reports, 'a day with its reports').toBeGreaterThan(10);
    const day = lines.filter(({ at }) => at >= began);
    console.log(
      `${reports} reports, ${day.length} lines of at most ${MOST_LINES}, ${lines.length} with the start`,
    );
    expect(day.length, JSON.stringify(day)).toBeLessThanOrEqual(MOST_LINES);
    expect(day.some(({ message }) => message === 'acknowledged since the last line')).toBe(true);
    expect(lines.length, 'with the start').toBeLessThanOrEqual(MOST_LINES);
  } finally {
    stop.abort();
    await agent;
    await collector.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}, 60_000);
