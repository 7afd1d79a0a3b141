/**
 * Loaded before the agent (`--import`): on SIGUSR2 it writes what only the process itself knows to FLEETMETER_PROBE_FILE,
 * and begins anew. JavaScript, since whatever strips types would be measured too.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const MEBIBYTE = 1_048_576;
const RESOLUTION_MS = 5;
const file = process.env.FLEETMETER_PROBE_FILE;

if (isMainThread && file) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('SIGUSR2', () => {
    // What is recorded are the times between two timers, which would be one resolution apart without any delay.
    const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const delays = { delayP99Ms: late(delay.percentile(99)), delayMaxMs: late(delay.max) };
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    writeFileSync(
      `${file}.new`,
      JSON.stringify({ ...delays, heapMib: process.memoryUsage().heapUsed / MEBIBYTE }),
    );
    renameSync(`${file}.new`, file);
    delay.reset();
  });
}
