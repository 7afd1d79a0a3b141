/** A fleet that comes back in one moment while the thread is busy: nobody is turned away before anybody has looked. */
import { existsSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { startReceiving } from './fixtures/receiving-collector.ts';

const LIMIT_FILE = '/proc/sys/net/core/somaxconn';
/** More than Node's own 511, fewer than the server says; a file descriptor at each end. */
const CONNECTIONS = 1_500;
/** At most; whoever finds no place finds none by trying again either. */
const BUSY_MS = 10_000;
/** 0 where the system has no such file. */
const allowed = existsSync(LIMIT_FILE) ? Number(readFileSync(LIMIT_FILE, 'utf8')) : 0;
if (allowed < CONNECTIONS) console.log(`skipped: ${LIMIT_FILE} is below ${CONNECTIONS}`);

/** Connects that often at once and counts in shared memory who is connected; nothing is sent. */
const CLIENT = `
  const { connect } = require('node:net');
  const { workerData } = require('node:worker_threads');
  const connected = new Int32Array(workerData.connected);
  for (let made = 0; made < workerData.connections; made++)
    connect(workerData.port, '127.0.0.1').on('connect', () => {
      Atomics.add(connected, 0, 1);
      Atomics.notify(connected, 0);
    }).on('error', () => undefined);`;

test.runIf(allowed >= CONNECTIONS)(
  `${CONNECTIONS} connections wait for a thread that takes none`,
  async () => {
    const collector = await startReceiving();
    const connected = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { connected: connected.buffer, connections: CONNECTIONS, port: collector.port };
    const client = new Worker(CLIENT, { eval: true, workerData });
    await new Promise((resolve) => client.once('online', resolve));
    // Blocks the thread that would take them.
    const endsAt = performance.now() + BUSY_MS;
    for (let left = BUSY_MS; left > 0; left = endsAt - performance.now()) {
      const seen = Atomics.load(connected, 0);
      if (seen === CONNECTIONS) break;
      Atomics.wait(connected, 0, seen, left);
    }
    const waiting = Atomics.load(connected, 0);
    await client.terminate();
    await collector.close();
    expect(waiting).toBe(CONNECTIONS);
  },
  30_000,
);
