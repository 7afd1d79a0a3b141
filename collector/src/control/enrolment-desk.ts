/**
 * What the command line does with tokens and devices: on the same file as a running collector, which sees it within a
 * quarter of a second. Opens nothing else of the control store, so that it takes no time with millions of executables.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openControlDatabase } from './control-database.ts';
import { DeviceGroups } from './device-groups.ts';
import { DeviceLives } from './device-lives.ts';
import { DeviceRegistry } from './device-registry.ts';
import { EnrolmentTokens } from './enrolment-tokens.ts';
import { SplitTickets } from './split-tickets.ts';
import { WaitingDevices } from './waiting-devices.ts';

export interface EnrolmentDesk extends Disposable {
  tokens: EnrolmentTokens;
  devices: DeviceRegistry;
  lives: DeviceLives;
  groups: DeviceGroups;
  waiting: WaitingDevices;
  splits: SplitTickets;
}

/** There is no control store in this folder. The message is for people, one line. */
export class NoControlStoreError extends Error {
  override name = 'NoControlStoreError';
}

export function openEnrolmentDesk(collectorDir: string): EnrolmentDesk {
  const database = openExistingControlDatabase(collectorDir);
  return {
    tokens: new EnrolmentTokens(database),
    devices: new DeviceRegistry(database),
    lives: new DeviceLives(database),
    groups: new DeviceGroups(database),
    waiting: new WaitingDevices(database),
    splits: new SplitTickets(database),
    [Symbol.dispose]: () => database.close(),
  };
}

/** Beside a collector that may be running on it. Throws NoControlStoreError. */
export function openExistingControlDatabase(collectorDir: string): DatabaseSync {
  const path = join(collectorDir, 'control.db');
  if (!existsSync(path))
    throw new NoControlStoreError(
      `no collector has ever run in ${collectorDir}; start it once, or name its data folder with --data-dir`,
    );
  return openControlDatabase(path);
}
