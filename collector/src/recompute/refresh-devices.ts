/**
 * Keeps the list of devices and the set of those that count in step with their reports, the control store and the time:
 * a device becomes stale or archived because nothing happens.
 */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveDevices, readCountedMark, readHeadsMark } from '../clickhouse/derive-devices.ts';
import { writeDeviceRegistry } from '../clickhouse/write-device-registry.ts';
import type { DirtyTargets } from '../control/contract/dirty-targets.ts';
import type { KnownDevices } from '../control/contract/known-devices.ts';
import { type Superseding, supersedeDevices } from './supersede-devices.ts';

/** Devices written to the registry at once: some 60 bytes each. */
const WRITTEN_AT_ONCE = 20_000;
/** How often the passing of time alone is a reason to derive. */
const LOOK_AGAIN_MS = 3_600_000;

export interface RefreshedDevices extends Superseding {
  control: Pick<KnownDevices & DirtyTargets, 'lives' | 'markCountedDevices'>;
}

/** What is returned does one round; it rejects when the engine does, and the next round does what is missing. */
export function devicesRefresher(options: RefreshedDevices): () => Promise<void> {
  const { clickhouse, control, now } = options;
  let derivedFor = '';
  return async () => {
    const told = await tellRegistry(clickhouse, control, now);
    // An idle report leaves no dirty mark, and is news of its device all the same.
    const reason = `${await readHeadsMark(clickhouse)} ${Math.floor(now() / LOOK_AGAIN_MS)}`;
    if (reason === derivedFor && !told) return;
    derivedFor = '';
    await deriveDevices(clickhouse, now());
    if (await supersedeDevices(options)) {
      await tellRegistry(clickhouse, control, now);
      await deriveDevices(clickhouse, now());
    }
    // Kept in the control store and not here: a crash between the two must not leave the old counts for ever.
    control.markCountedDevices(await readCountedMark(clickhouse), now());
    derivedFor = reason;
  };
}

/** True when anything was written. */
async function tellRegistry(
  clickhouse: ClickHouse,
  { lives }: RefreshedDevices['control'],
  now: () => number,
): Promise<boolean> {
  for (let told = false; ; told = true) {
    const devices = lives.untold(WRITTEN_AT_ONCE);
    const last = devices.at(-1);
    if (!last) return told;
    await writeDeviceRegistry(clickhouse, devices, now());
    lives.told(last.change);
  }
}
