/** A small fleet that tells everything several times, each time a little more, and is never merged. */
import { FactBatch } from '../../../collector/src/process/fact-batch.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Parts of inventories go when they have waited for a week, by the engine's clock. */
export const TODAY = Math.floor(Date.now() / 86_400_000);
export const NOW = TODAY * 86_400_000 + 43_200_000;
export const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
export const DAYS = [TODAY, TODAY - 1, TODAY - 40];
/** How often everything is told, each time a little more. */
export const TELLINGS = 4;
const DEVICES = 40;
export const EPOCHS = 55;
export const EXECUTABLES = 60;
/** From this one on on two devices at most. */
export const RAREST = 59;
/** Described, and on no device any more. */
const NOBODYS = EXECUTABLES + 1;
/** In a home, so that its name is not shown. */
const NAMED_FOR_ITS_FILE = {
  ...{
    application_id64: 1_099n,
    application: `${NOBODYS}`,
    publisher: '',
    recognised: 0,
    application_version: '',
  },
};
export const HEX = (no: number): string => no.toString(16).padStart(16, '0');
export const appId = (application: number): string => HEX(1000 + application);
export const EPOCH_NOS = Array.from({ length: EPOCHS }, (_, index) => index + 1);
export const EXECUTABLE_NOS = Array.from({ length: EXECUTABLES }, (_, index) => index + 1);
export const DEVICE_IDS = Array.from({ length: DEVICES }, (_, index) => HEX(index + 1));

export const lives = (telling: number) =>
  DEVICE_IDS.map((deviceId, index) => ({
    ...{ change: 0, deviceId, group: `group ${(index + telling) % 3}`, ephemeral: index % 9 === 0 },
    ...{ revoked: telling === TELLINGS && index === 3, erased: false },
    supersededBy: telling > 2 && index === 5 ? HEX(8) : undefined,
    supersededAt: telling > 2 && index === 5 ? NOW : undefined,
  }));

export function addUse(
  batch: FactBatch,
  { day, epochNo, executableNo }: { day: number; epochNo: number; executableNo: number },
  telling: number,
  generation = 0,
): void {
  const marks = (1n << BigInt(8 * telling)) - 1n;
  batch.add('usage', {
    ...{ day, epoch_no: epochNo, executable_no: executableNo, user: Buffer.alloc(16, executableNo % 2) },
    ...{ run: BigInt(epochNo), generation, seconds: 500 * telling + executableNo },
    ...{ launches_user: telling, launches_autostart: 0, launches_service: telling % 2 },
    ...{ launches_scheduler: 0, launches_unknown: 1, foreground_seconds: 10 * telling, locked_seconds: -1 },
    ...{ slots_0: marks, slots_1: BigInt(telling), slots_2: 0n, slots_3: 0n, slots_4: 0n },
    // Some are listed as licensed by concurrency.
    slot_order: executableNo % 2 === 0 ? 2 : 1,
  });
}

/** Everything that a fleet says, in its state at that telling. */
export function tell(telling: number, random: SeededRandom): FactBatch {
  const batch = new FactBatch();
  const at = NOW - 3_600_000 + telling * 1_000;
  const sum = (no: number): Buffer => Buffer.alloc(16, no);
  for (const epoch_no of EPOCH_NOS) {
    // Those above DEVICES are second epochs; one of them moves to another device halfway.
    const moved = epoch_no === EPOCHS && telling > 2;
    const device = moved ? 2 : ((epoch_no - 1) % DEVICES) + 1;
    batch.add('epochs', {
      ...{
        epoch_no,
        device_id64: BigInt(device),
        parent_epoch_no: 0,
        opened_at: NOW - 1e9,
        moves: moved ? 1 : 0,
      },
    });
    const ids = Uint32Array.from(
      EXECUTABLE_NOS.filter((no) => (no * epoch_no + telling) % (no < RAREST ? 3 : 29) === 0),
    );
    batch.add('device_inventory', {
      ...{
        epoch_no,
        version: telling,
        digest_count: ids.length,
        digest_sum: sum(telling),
        ids,
        received_at: at,
      },
    });
    for (const executable_no of ids.subarray(0, 3))
      batch.add('inventory_changes', {
        ...{ epoch_no, sequence: telling, executable_no, installed: telling % 2, received_at: at },
      });
    if (epoch_no % 5 === 0)
      batch.add('inventory_parts', {
        ...{
          epoch_no,
          part: telling % 2,
          version: telling,
          first_sequence: 1,
          digest_count: 9,
          digest_sum: sum(1),
        },
        ids: ids.subarray(0, 2),
      });
    batch.add('device_heads', {
      ...{ epoch_no, sequence: telling, report_hash: sum(telling), received_at: at },
      ...{ composed_at: Math.floor(at / 1000), utc_offset_seconds: 0, report_bytes: 100 * telling },
      ...{ agent_cpu_ms: telling, agent_uptime_s: telling, agent_resident_kib: telling },
      ...{ agent_files_hashed: telling, agent_hashed_kib: telling, agent_sent_kib: telling },
      ...{ agent_watches: telling, skipped_files: 0, clock_ahead_seconds: 0 },
    });
    for (const day of DAYS) {
      const some = EXECUTABLE_NOS.filter((no) => no < RAREST && random.chance(0.1));
      for (const executableNo of some) addUse(batch, { day, epochNo: epoch_no, executableNo }, telling);
      if (epoch_no % 11 === 0) addUse(batch, { day, epochNo: epoch_no, executableNo: 1 }, telling, telling);
      batch.add('coverage', {
        ...{ day, epoch_no, run: BigInt(epoch_no), seconds: 1_000 * telling },
        ...{ unobserved_seconds: 100 * telling, interactive_seconds: 10 * telling - 11 },
      });
      batch.add('usage_digests', {
        ...{
          day,
          epoch_no,
          run: BigInt(epoch_no),
          version: telling,
          records: 1_000 * telling,
          seconds: 1_000_000 * telling,
        },
        ...{ launches: telling, marks: telling, coverage_seconds: 1_000 * telling },
      });
    }
  }
  for (const [index, deviceId] of DEVICE_IDS.entries())
    batch.add('host_facts', {
      ...{
        device_id64: BigInt(`0x${deviceId}`),
        version: BigInt(telling),
        hostname: `pc-${index}-${telling}`,
      },
      ...{ os: 'linux', os_name: 'Debian', os_version: String(telling), architecture: 'x64', kernel: '6' },
      ...{
        cpu_count: telling,
        memory_mib: 1024 * telling,
        agent_version: `1.${telling}`,
        system_uuid: '',
        serial: '',
      },
      ...{ mac_addresses: [], join_kind: 0, management_id: '', ephemeral: 0, is_virtual: 0 },
    });
  for (const executable_no of [...EXECUTABLE_NOS, NOBODYS]) {
    const known = telling > 1 && executable_no % 13 !== 0;
    batch.add('executables', {
      ...{ executable_no, executable_id64: BigInt(executable_no), version: known ? 1 : 0 },
      ...{
        evidence_hash: known ? sum(executable_no) : sum(0),
        sha256: Buffer.alloc(32, known ? executable_no : 0),
      },
      ...{
        path: known ? `${executable_no === NOBODYS ? '~' : '/usr'}/bin/${executable_no}` : '',
        size: known ? 9n : 0n,
        format: known ? 'elf' : '',
      },
      ...{ build_id: '', package_manager: '', package_name: known ? `p${executable_no % 6}` : '' },
      ...{ package_version: known ? '1' : '', package_architecture: '', package_vendor: '', evidence: '' },
      first_seen: NOW - 1e8,
    });
    if (known && executable_no % 17 !== 0)
      batch.add('mappings', {
        ...{
          executable_no,
          version: BigInt(telling),
          application_id64: 1000n + BigInt((executable_no + telling) % 6),
        },
        ...{ application: `application ${(executable_no + telling) % 6}`, publisher: 'Acme', recognised: 1 },
        ...{ application_version: `${executable_no % 2}.0`, fingerprint: BigInt(telling) },
        ...(executable_no === NOBODYS && NAMED_FOR_ITS_FILE),
      });
  }
  return batch;
}
