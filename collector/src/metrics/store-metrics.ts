/** Gauges over the control store, read when somebody scrapes. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AgentOrders } from '../control/contract/agent-orders.ts';
import type { KnownDevices } from '../control/contract/known-devices.ts';
import type { Operating } from '../control/contract/operating.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { ProcessingLag } from '../control/processing-state.ts';
import type { CheckpointOutcome } from '../control/wal-checkpoint-worker.ts';
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

/** To be called after each time that the control store's log was moved into its file. */
export function noteWalCheckpoints(registry: Registry): (outcome: CheckpointOutcome['is']) => void {
  const checkpoints = new Counter({
    name: 'fleetmeter_control_wal_checkpoints_total',
    help: "Times that the control store's log was moved into its file, by outcome (whole, partly, failed)",
    labelNames: ['outcome'],
    registers: [registry],
  });
  // Alarms ask how much a counter rose: it has to be there before it does.
  for (const outcome of ['whole', 'partly', 'failed'] as const) checkpoints.inc({ outcome }, 0);
  return (outcome) => checkpoints.inc({ outcome });
}

/** How far processing is behind what was received. What nobody knows yet is left out. */
export function watchProcessing(
  registry: Registry,
  control: Pick<Operating, 'processing'>,
  { lag }: { lag: () => Promise<ProcessingLag> },
  now: () => number,
): void {
  const gauge = (
    name: `fleetmeter_process_${string}`,
    help: string,
    read: (present: ProcessingLag) => number | null,
  ) =>
    scrapedGauge(registry, name, help, async () => {
      const value = read(await lag());
      if (value === null) throw new Error('not known yet');
      return value;
    });
  gauge('fleetmeter_process_lag_records', 'Records received and not yet processed', ({ records }) => records);
  gauge('fleetmeter_process_lag_bytes', 'Bytes of their envelopes', ({ bytes }) => bytes);
  gauge(
    'fleetmeter_process_lag_age_seconds',
    'Age of the oldest record that waits to be processed; 0 when none does',
    ({ at, oldestReceivedAt }) =>
      oldestReceivedAt === null ? 0 : Math.max(0, (at - oldestReceivedAt) / 1000),
  );
  gauge(
    'fleetmeter_process_catch_up_seconds',
    'Time until nothing waits, from now or from the end of a pause; absent while nobody can tell, or when more arrives than can be done',
    ({ catchUpSeconds }) => catchUpSeconds,
  );
  scrapedGauge(
    registry,
    'fleetmeter_process_paused_seconds',
    'How long an administrator has been holding processing; 0 when nobody does',
    () => {
      const pause = control.processing.current();
      return pause ? Math.max(0.001, (now() - pause.pausedAt) / 1000) : 0;
    },
  );
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
  gauge(
    'fleetmeter_control_quarantine_repeated_records',
    'Records that came again and were in quarantine already, ever',
    () => control.quarantineRepeated(),
  );
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

/** How old the newest whole backup is; nothing before the first. */
export function watchBackups(
  registry: Registry,
  control: Pick<Operating, 'backupHold'>,
  now: () => number,
): void {
  scrapedGauge(
    registry,
    'fleetmeter_backup_age_seconds',
    'Age of the state that the newest whole backup has; absent when there never was one',
    () => {
      const at = control.backupHold.finishedAt();
      if (at === undefined) throw new Error('there was no backup yet');
      return (now() - at) / 1000;
    },
  );
}

/** How far devices follow the newest notice of a move. */
export function watchNotices(registry: Registry, control: AgentOrders & KnownDevices): void {
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
