/** What a disk holds after its power was cut, against what was acknowledged before. */
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { receiverOf } from '../../collector/src/control/receiver-of.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { createReceiveMetrics } from '../../collector/src/metrics/receive-metrics.ts';
import { startAgentServer } from '../../collector/src/receive/agent-server.ts';
import { post } from '../../collector/src/receive/fixtures/test-device.ts';
import { openSqliteStream } from '../../collector/src/stream/sqlite-stream.ts';
import type { LoopDisk } from './loop-disk.ts';
import { ProcessedHeads, sequenceOf } from './processed-heads.ts';
import { hashOf, type ReportingLoad } from './reporting-load.ts';

export interface CutTally {
  cuts: number;
  acknowledged: number;
  lost: string[];
  failedStarts: string[];
  slowestStartMs: number;
  /** Reports that were under way at the cuts. */
  inFlight: number;
  /** Disks whose stream had been trimmed. */
  trimmed: number;
}

export function newTally(): CutTally {
  return {
    ...{ cuts: 0, acknowledged: 0, lost: [], failedStarts: [] },
    ...{ slowestStartMs: 0, inFlight: 0, trimmed: 0 },
  };
}

/** Starts what is on the disk, compares it with what was acknowledged, and sends one more report. */
export async function lookAtDisk(
  disk: LoopDisk,
  acknowledged: ReportingLoad['acknowledged'],
  load: ReportingLoad,
  tally: CutTally,
): Promise<void> {
  tally.cuts++;
  const folder = join(disk.folder, 'data/collector');
  const closing: (() => unknown)[] = [];
  try {
    const began = performance.now();
    const control = new SqliteControlStore({ path: join(folder, 'control.db') });
    closing.push(() => control.close());
    const receiver = receiverOf(control);
    closing.push(() => receiver.close());
    const stream = await openSqliteStream({
      folder: join(folder, 'stream'),
      notBefore: control.checkpoint(),
      minFreeBytes: 0,
    });
    closing.push(() => stream.close());
    const metrics = createReceiveMetrics(new Registry());
    const log = pino({ level: 'silent' });
    const server = await startAgentServer({
      ...{ host: '127.0.0.1', port: 0, stream, metrics, log },
      control: receiver,
    });
    closing.push(() => server.close());
    tally.slowestStartMs = Math.max(tally.slowestStartMs, Math.round(performance.now() - began));
    const heads = new ProcessedHeads(join(disk.folder, 'data/processed.db'));
    closing.push(() => heads.close());
    tally.trimmed += control.checkpoint() > 0 ? 1 : 0;
    tally.lost.push(...(await missing(stream, heads.all(), acknowledged)));
    for (const { keyId, deviceHex } of load.devices)
      if (acknowledged.has(deviceHex) && !receiver.findKey(keyId, Date.now()))
        tally.lost.push(`device ${deviceHex}`);
    const [device] = load.devices;
    if (!device || !(await accepts(server.port, device)))
      tally.failedStarts.push('a report was not accepted');
  } catch (error) {
    tally.failedStarts.push(String(error));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Acknowledged reports that are neither processed nor in the stream as they were sent. */
async function missing(
  stream: Awaited<ReturnType<typeof openSqliteStream>>,
  processed: ReadonlyMap<string, number>,
  acknowledged: ReportingLoad['acknowledged'],
): Promise<string[]> {
  const stored = new Map<string, string>();
  /** A disk whose power is cut has what was written to it, or has not: never something else. */
  const damaged: string[] = [];
  let unreadable = 0;
  for (let at = 0; ; ) {
    const range = await stream.read(at, { maxRecords: 4096, maxBytes: 1 << 25 });
    for (const record of range.records)
      if (record.damage === undefined)
        stored.set(`${record.deviceId} ${sequenceOf(record)}`, hashOf(record.envelope));
      else damaged.push(`${record.offset} of ${record.deviceId}: ${record.damage}`);
    unreadable += range.unreadable;
    if (range.through <= at) break;
    at = range.through;
  }
  const lost = [...damaged, ...(unreadable > 0 ? [`${unreadable} unreadable`] : [])];
  for (const [device, reports] of acknowledged)
    for (const [sequence, hash] of reports) {
      if (sequence <= (processed.get(device) ?? 0)) continue;
      if (stored.get(`${device} ${sequence}`) !== hash) lost.push(`${device} ${sequence}`);
    }
  return lost;
}

async function accepts(port: number, device: ReportingLoad['devices'][number]): Promise<boolean> {
  const composedAt = Math.floor(Date.now() / 1000);
  return (await post(port, '/v1/report', device.report({ sequence: 1_000_000, composedAt }))).status === 200;
}
