/** What the stream holds, how near its limits it is, and what a commit costs. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { CollectorConfig } from '../config/schema.ts';
import type { Stream, StreamStats } from '../stream/stream.ts';
import { scrapedGauge } from './metrics.ts';

export interface StreamToWatch {
  stream: Stream;
  config: Pick<
    CollectorConfig,
    'streamMaxBytes' | 'streamMinFreeBytes' | 'streamLowFreeBytes' | 'streamMaxAgeDays'
  >;
}

/** Read when somebody scrapes. */
export function watchStream(registry: Registry, { stream, config }: StreamToWatch): void {
  const gauge = (name: `fleetmeter_stream_${string}`, help: string, read: () => number | Promise<number>) =>
    scrapedGauge(registry, name, help, read);
  const stat = (name: `fleetmeter_stream_${string}`, help: string, field: keyof StreamStats) =>
    gauge(name, help, async () => (await stream.stats())[field]);
  stat('fleetmeter_stream_head', 'Last offset appended', 'head');
  stat('fleetmeter_stream_bytes', 'Bytes of stored envelopes not yet trimmed', 'bytes');
  stat('fleetmeter_stream_records', 'Stored records not yet trimmed', 'records');
  stat('fleetmeter_stream_unreadable_records', 'Records lost to damage since the start', 'unreadable');
  stat('fleetmeter_stream_salvaged_records', 'Records saved from a damaged log since the start', 'salvaged');
  stat('fleetmeter_stream_disk_free_bytes', "Bytes free on the stream's disk", 'freeBytes');
  new Counter({
    name: 'fleetmeter_stream_dropped_records_total',
    help: 'Records given up unprocessed at a limit, which only streamAtLimit=drop-oldest does',
    registers: [registry],
    async collect() {
      const { dropped } = await stream.stats().catch(() => ({ dropped: undefined }));
      if (dropped === undefined) return;
      this.reset();
      this.inc(dropped);
    },
  });
  gauge(
    'fleetmeter_stream_limit_bytes',
    'Bytes that the stream may hold (streamMaxBytes)',
    () => config.streamMaxBytes,
  );
  gauge(
    'fleetmeter_stream_disk_low_bytes',
    'Free bytes below which somebody should make room (streamLowFreeBytes)',
    () => config.streamLowFreeBytes,
  );
  gauge(
    'fleetmeter_stream_disk_least_bytes',
    'Free bytes below which reports are refused (streamMinFreeBytes)',
    () => config.streamMinFreeBytes,
  );
  gauge(
    'fleetmeter_stream_age_limit_seconds',
    'How old the oldest waiting record may get before reports are refused (streamMaxAgeDays)',
    () => config.streamMaxAgeDays * 86_400,
  );
}

/** For the stream's `onCommit`. */
export function noteCommits(registry: Registry): (records: number, milliseconds: number) => void {
  const seconds = new Histogram({
    name: 'fleetmeter_stream_append_seconds',
    help: 'One commit to the stream, the wait for the disk included; it serves all records that waited',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const records = new Histogram({
    name: 'fleetmeter_stream_append_records',
    help: 'Records that one commit served, 512 at most',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 512],
    registers: [registry],
  });
  return (count, milliseconds) => {
    seconds.observe(milliseconds / 1000);
    records.observe(count);
  };
}
