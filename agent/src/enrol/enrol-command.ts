/**
 * `fleetmeter-agent enrol`: keeps the join string and joins at once, also while an agent runs on the same folder, which
 * goes on with it from its next request.
 */
import { decodeJoinString } from '@fleetmeter/proto';
import { CommandNotes } from '../disclosed/command-notes.ts';
import { readHostFacts } from '../host/host-facts.ts';
import { openDeviceIdentity } from '../identity/device-identity.ts';
import { type NetworkSettings, networkWays } from '../send/network-ways.ts';
import { RecordingExchange } from '../send/recording-exchange.ts';
import { TrustingExchange } from '../send/trusting-exchange.ts';
import { openStateFolder } from '../store/state-folder.ts';
import { enrol } from './enrol.ts';
import { writeJoinFile } from './join-file.ts';

export interface EnrolCommand {
  joinString: string;
  dataDir: string;
  network: NetworkSettings;
  version: string;
  managementFile: string;
  json: boolean;
  nowMs: number;
  print: (text: string) => void;
}

/** The join string is good; the agent asks again by itself. */
const LATER: ReadonlySet<string> = new Set([
  'awaiting-approval',
  'approval-queue-full',
  'enrolment-postponed',
]);

/** The collector does not want this device. The message is for people, one line. */
export class JoinRefusedError extends Error {
  override name = 'JoinRefusedError';
}

/** Rejects with JoinStringError, JoinRefusedError or StateError; nothing is kept then. */
export async function enrolCommand(command: EnrolCommand, signal: AbortSignal): Promise<void> {
  const { joinString, dataDir, json, print } = command;
  const { addresses, secret, authorities } = decodeJoinString(joinString);
  const folder = openStateFolder(dataDir);
  const identity = openDeviceIdentity(folder);
  const host = await readHostFacts(command.version, command.managementFile);
  const failures: string[] = [];
  const keep = (why: string): void => {
    writeJoinFile(folder, joinString);
    print(
      json
        ? `${JSON.stringify({ enrolled: false, why })}\n`
        : `kept; the agent joins when a collector lets it in (${why})\n`,
    );
  };
  const notes = new CommandNotes(folder, command.nowMs);
  for (const address of addresses) {
    const way = new TrustingExchange(
      { url: () => address, authorities: () => authorities },
      folder,
      undefined,
      networkWays(command.network),
    );
    const exchange = new RecordingExchange(way, notes, () => command.nowMs);
    try {
      const outcome = await enrol(exchange, { identity, host, secret }, command.nowMs, signal);
      if (outcome.is === 'enrolled') {
        writeJoinFile(folder, joinString);
        const device = Buffer.from(outcome.enrolment.deviceId).toString('hex');
        print(
          json
            ? `${JSON.stringify({ enrolled: true, device, address })}\n`
            : `joined ${address} as device ${device}\n`,
        );
        return;
      }
      if (outcome.is === 'not-admitted' && LATER.has(outcome.code)) {
        keep(`${address}: ${outcome.code}: ${outcome.detail}`);
        return;
      }
      if (outcome.is === 'refused' || outcome.is === 'not-admitted')
        throw new JoinRefusedError(`${address} refuses this device: ${outcome.code}: ${outcome.detail}`);
      failures.push(`${address}: ${outcome.is === 'retry' ? outcome.why : outcome.is}`);
    } catch (error) {
      if (error instanceof JoinRefusedError || signal.aborted) throw error;
      failures.push(`${address}: ${(error as Error).message}`);
    } finally {
      await exchange.close();
    }
  }
  // Management tools install before the network is there: the agent joins as soon as it can.
  keep(failures.join('; '));
}
