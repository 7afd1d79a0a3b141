/** Gauges over the stream and the control store, read when somebody scrapes. */
import { Gauge, type Registry } from 'prom-client';
import type { ControlStore } from '../control/control-store.ts';
import type { Stream } from '../stream/stream.ts';
import { scrapedGauge } from './metrics.ts';

export function watchCertificateLife(
  registry: Registry,
  authority: { readonly certificateExpiresAtMs: number },
): void {
  scrapedGauge(
    registry,
    'fleetmeter_receive_certificate_expires_seconds',
    'When the certificate that agents are shown ends, seconds since 1970',
    () => authority.certificateExpiresAtMs / 1000,
  );
}

export function watchStream(registry: Registry, stream: Stream): void {
  const gauge = (
    name: `fleetmeter_stream_${string}`,
    help: string,
    field: 'head' | 'bytes' | 'records' | 'unreadable',
  ) => scrapedGauge(registry, name, help, async () => (await stream.stats())[field]);
  gauge('fleetmeter_stream_head', 'Last offset appended', 'head');
  gauge('fleetmeter_stream_bytes', 'Bytes of stored envelopes not yet trimmed', 'bytes');
  gauge('fleetmeter_stream_records', 'Stored records not yet trimmed', 'records');
  gauge('fleetmeter_stream_unreadable_records', 'Records lost to damage since the start', 'unreadable');
}

export function watchControlStore(registry: Registry, control: ControlStore): void {
  const gauge = (name: `fleetmeter_control_${string}`, help: string, read: () => number) =>
    scrapedGauge(registry, name, help, read);
  gauge('fleetmeter_control_devices', 'Enrolled devices', () => control.deviceCount());
  gauge('fleetmeter_control_waiting_devices', 'Devices that wait to be let in, or were rejected', () =>
    control.waiting.count(),
  );
  gauge('fleetmeter_control_executables', 'Executables with a number', () => control.executableCount());
  gauge('fleetmeter_control_checkpoint', 'Stream offset up to which everything is processed', () =>
    control.checkpoint(),
  );
  gauge(
    'fleetmeter_control_dirty_marks',
    'Days and inventories that wait to be recomputed',
    () => control.dirtyMarks().length,
  );
  new Gauge({
    name: 'fleetmeter_control_quarantine_dropped_records',
    help: 'Open records that left quarantine unused, ever, by why (shelf-full, device-bound, aged-out)',
    labelNames: ['why'],
    registers: [registry],
    collect() {
      for (const [why, count] of Object.entries(control.quarantineDropped())) this.set({ why }, count);
    },
  });
  new Gauge({
    name: 'fleetmeter_control_quarantined_records',
    help: 'Open records in quarantine, by reason (see docs/refusals.md)',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { reason, count } of control.quarantineCounts()) this.set({ reason }, count);
    },
  });
}

/** How far devices follow the newest notice of a move. */
export function watchNotices(registry: Registry, control: ControlStore): void {
  scrapedGauge(
    registry,
    'fleetmeter_control_notice_serial',
    'Serial of the newest notice of a move; 0 when there never was one',
    () => control.notices.newestSerial(),
  );
  new Gauge({
    name: 'fleetmeter_control_devices_by_notice',
    help: 'Devices by the notice they obey: the newest, an earlier one, one this collector never issued, or none',
    labelNames: ['notice'],
    registers: [registry],
    collect() {
      for (const [notice, devices] of Object.entries(control.notices.counts(control.deviceCount())))
        this.set({ notice }, devices);
    },
  });
}
