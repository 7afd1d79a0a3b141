/** What the scripted devices have, and what it is called, as facts. */
import type { FactBatch } from '../../../collector/src/process/fact-batch.ts';
import { DAYS, type ScriptedDevice } from './scripted-devices.ts';

export const TODAY = Math.floor(Date.now() / 86_400_000);
const DAY_MS = 86_400_000;
const hex = (no: number): string => no.toString(16).padStart(16, '0');

/** From 1; the update of a program is another executable of the same application. */
export const executableNo = (program: number, isUpdated: boolean): number =>
  2 * program + (isUpdated ? 2 : 1);
export const appIdOf = (program: number): string => hex(1_000 + program);
/** Of the device that there is now. */
export const deviceIdOf = (device: ScriptedDevice, at: number): string =>
  hex(device.imagedOn < DAYS ? 2 * at + 2 : 2 * at + 1);

export function addDescriptions(batch: FactBatch, programs: number): void {
  for (let program = 0; program < programs; program++)
    for (const isUpdated of [false, true]) {
      const executable_no = executableNo(program, isUpdated);
      batch.add('executables', {
        ...{
          executable_no,
          executable_id64: BigInt(executable_no),
          version: 1,
          evidence_hash: Buffer.alloc(16, executable_no),
        },
        ...{
          sha256: Buffer.alloc(32, executable_no),
          path: `/usr/bin/${program}`,
          size: 9n,
          format: 'elf',
          build_id: '',
        },
        ...{
          package_manager: '',
          package_name: '',
          package_version: '',
          package_architecture: '',
          package_vendor: '',
        },
        ...{ evidence: '', first_seen: (TODAY - DAYS) * DAY_MS },
      });
      batch.add('mappings', {
        ...{
          executable_no,
          version: 1n,
          application_id64: BigInt(1_000 + program),
          application: `program ${program}`,
        },
        ...{ publisher: 'Acme', recognised: 1, application_version: isUpdated ? '2' : '1', fingerprint: 1n },
      });
    }
}

/** Epochs, heads and inventories as they are at the beginning of that day. */
export function addInventories(
  batch: FactBatch,
  devices: readonly ScriptedDevice[],
  programs: number,
  { atDay, firstDay }: { atDay: number; firstDay: number },
): void {
  for (const [at, device] of devices.entries())
    for (const [which, since] of [0, device.imagedOn].entries()) {
      if (since > atDay || since >= DAYS) continue;
      const epoch_no = 2 * at + 1 + which;
      const isThere = atDay >= device.installedOn;
      const ids = isThere
        ? Uint32Array.from({ length: programs }, (_, program) =>
            executableNo(program, atDay >= device.updatedOn),
          )
        : Uint32Array.of();
      const opened = which === 0 ? firstDay - 200 : firstDay + since;
      const at_ms = (firstDay + Math.min(atDay, DAYS - 1)) * DAY_MS;
      batch.add('epochs', {
        ...{
          epoch_no,
          device_id64: BigInt(epoch_no),
          parent_epoch_no: 0,
          opened_at: opened * DAY_MS,
          moves: 0,
        },
      });
      batch.add('device_inventory', {
        ...{
          epoch_no,
          version: atDay + 1,
          digest_count: ids.length,
          digest_sum: Buffer.alloc(16, 1),
          ids,
          received_at: at_ms,
        },
      });
      batch.add('device_heads', {
        ...{
          epoch_no,
          sequence: atDay + 1,
          report_hash: Buffer.alloc(16, 1),
          received_at: at_ms,
          report_bytes: 1,
        },
        ...{
          composed_at: Math.floor(at_ms / 1000),
          utc_offset_seconds: 0,
          agent_cpu_ms: 1,
          agent_uptime_s: 1,
        },
        ...{
          agent_resident_kib: 1,
          agent_files_hashed: 1,
          agent_hashed_kib: 1,
          agent_sent_kib: 1,
          agent_watches: 1,
          skipped_files: 0,
          clock_ahead_seconds: 0,
        },
      });
    }
}
