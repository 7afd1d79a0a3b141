/**
 * `fleetmeter-agent rotate-key`: another key for this device, now, also while an agent runs on the same folder, which
 * signs with it from its next request. What it has composed before is signed again.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandNotes } from '../disclosed/command-notes.ts';
import { readHostFacts } from '../host/host-facts.ts';
import { openDeviceIdentity } from '../identity/device-identity.ts';
import { DEVICE_KEY_FILE } from '../identity/device-keys.ts';
import { type NetworkSettings, networkWays } from '../send/network-ways.ts';
import { RecordingExchange } from '../send/recording-exchange.ts';
import { TrustingExchange } from '../send/trusting-exchange.ts';
import { openStateFolder } from '../store/state-folder.ts';
import type { CollectorPlace } from './collector-place.ts';
import { replaceKey } from './replace-key.ts';

export interface RotateKeyCommand {
  dataDir: string;
  network: NetworkSettings;
  placeIn: (stateFolder: string) => CollectorPlace;
  version: string;
  managementFile: string;
  json: boolean;
  nowMs: number;
  print: (text: string) => void;
}

/** Nothing was replaced. The message is for people, one line. */
export class KeyNotReplacedError extends Error {
  override name = 'KeyNotReplacedError';
}

/** Rejects with KeyNotReplacedError or StateError. */
export async function rotateKeyCommand(command: RotateKeyCommand, signal: AbortSignal): Promise<void> {
  const { dataDir, json, print } = command;
  const folder = openStateFolder(dataDir);
  if (!existsSync(join(folder, DEVICE_KEY_FILE)))
    throw new KeyNotReplacedError('this device has no key yet: fleetmeter-agent enrol makes one');
  const identity = openDeviceIdentity(folder);
  const place = command.placeIn(folder);
  const host = await readHostFacts(command.version, command.managementFile);
  const failures: string[] = [];
  const notes = new CommandNotes(folder, command.nowMs);
  for (const address of place.addresses()) {
    const way = new TrustingExchange(
      { url: () => address, authorities: place.authorities },
      folder,
      undefined,
      networkWays(command.network),
    );
    const exchange = new RecordingExchange(way, notes, () => command.nowMs);
    try {
      const outcome = await replaceKey(exchange, identity, host, command.nowMs, signal);
      if (outcome.is === 'replaced') {
        const device = Buffer.from(outcome.deviceId).toString('hex');
        print(
          json
            ? `${JSON.stringify({ replaced: true, device, key: outcome.keyId })}\n`
            : `device ${device} signs with key ${outcome.keyId} from now on\n`,
        );
        return;
      }
      failures.push(`${address}: ${outcome.why}`);
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(`${address}: ${(error as Error).message}`);
    } finally {
      await exchange.close();
    }
  }
  throw new KeyNotReplacedError(
    `the old key stays in use, and a running agent tries again within the hour: ${failures.join('; ')}`,
  );
}
