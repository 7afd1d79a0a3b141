/** Everything `status` shows, read from the state folder without disturbing the agent that may be running on it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEVICE_KEY_FILE, DeviceKeys } from '../identity/device-keys.ts';
import { agentStore } from '../store/agent-store.ts';
import { openStateForReading } from '../store/state-database.ts';
import { stateFolderOf } from '../store/state-folder.ts';
import type { AgentStatus } from './agent-status.ts';

export interface StatusReport {
  state_folder: string;
  running: boolean;
  device_id: string | null;
  /** Null when it cannot be read. */
  key: { id: string; made_at: string; being_replaced: boolean } | null;
  collector_id: string | null;
  epoch: string | null;
  epoch_parent: string | null;
  sequence: number;
  last_report: { sequence: number; bytes: number; acknowledged_at: string } | null;
  report_in_flight: { sequence: number; bytes: number } | null;
  executables_installed: number;
  usage_rows_to_send: number;
  first_scan_finished: boolean;
  /** When it begins or began, as it was drawn at the first start. */
  first_scan_at: string | null;
  agent: AgentStatus | null;
}

/** Throws StateError 'absent' when no agent ever ran there. */
export function readStatus(dataDir: string): StatusReport {
  const folder = stateFolderOf(dataDir);
  const database = openStateForReading(folder);
  const store = agentStore(database);
  try {
    return store.readTogether(() => {
      const enrolment = store.facts.read('enrolment');
      const epoch = store.outbox.epoch();
      const pending = store.outbox.pending();
      const last = store.facts.read('lastReport');
      const agent = (store.facts.read('status') as AgentStatus | undefined) ?? null;
      return {
        state_folder: folder,
        running: agent !== null && isAlive(agent.pid),
        device_id: enrolment?.deviceId ?? null,
        key: readKey(folder),
        collector_id: enrolment?.collectorId ?? null,
        epoch: epoch ? hex(epoch.id) : null,
        epoch_parent: epoch?.parent ? hex(epoch.parent.id) : null,
        sequence: epoch?.sequence ?? 0,
        last_report: last
          ? {
              sequence: last.sequence,
              bytes: last.bytes,
              acknowledged_at: new Date(last.acknowledgedAtMs).toISOString(),
            }
          : null,
        report_in_flight: pending ? { sequence: pending.sequence, bytes: pending.envelope.length } : null,
        executables_installed: store.inventory.state().digest.count,
        usage_rows_to_send: store.usage.countDue(),
        first_scan_finished: store.facts.read('firstScanFinished') ?? false,
        first_scan_at: timeOrNull(store.facts.read('firstScanAtMs')),
        agent,
      };
    });
  } finally {
    store.close();
  }
}

function readKey(folder: string): StatusReport['key'] {
  if (!existsSync(join(folder, DEVICE_KEY_FILE))) return null;
  try {
    const keys = new DeviceKeys(folder);
    const { signingKey, madeAtMs } = keys.current();
    const made_at = new Date(madeAtMs).toISOString();
    return { id: signingKey.keyId, made_at, being_replaced: keys.next() !== undefined };
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it: it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
