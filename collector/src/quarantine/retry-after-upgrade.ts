/**
 * A newer collector may take what an older one put aside: rules change, and faults of our own are corrected. Records
 * that pass the rules of this version are tried again, once for each version.
 */

import { decodeEvidence, EVIDENCE_VERSION, identifyEvidence } from '@fleetmeter/proto';
import { Turn } from '../clock/turn.ts';
import type { Quarantine } from '../control/contract/quarantine.ts';
import type { ShelvedRecord } from '../control/shelved-record.ts';
import { type ReadableRecord, readRecord, usageFault } from './readable-record.ts';

const PAGE = 200;

/** Decides that they are tried again; returns how many. Nothing when this version has looked before. */
export async function retryAfterUpgrade(
  control: Pick<Quarantine, 'quarantine' | 'quarantineTriedBy' | 'tryQuarantineAgain'>,
  version: string,
  now: number,
): Promise<number> {
  if (control.quarantineTriedBy() === version) return 0;
  const turn = new Turn();
  const passing: number[] = [];
  for (let after = 0; ; ) {
    const page = control.quarantine.records({}, { limit: PAGE, after });
    for (const record of page) {
      await turn.share();
      if (mayPass(record)) passing.push(record.number);
    }
    after = page.at(-1)?.number ?? after;
    if (page.length < PAGE) break;
  }
  await control.tryQuarantineAgain(passing, version, now);
  return passing.length;
}

/** Whether its reason does not hold any more, as far as the record alone can tell. Pure. */
function mayPass(record: ShelvedRecord): boolean {
  // A device that was asked for its inventory has that request still.
  if (record.decision > 0 || record.kind === 'inventory') return false;
  try {
    return passes(readRecord(record), record.at);
  } catch {
    return false;
  }
}

function passes(record: ReadableRecord, receivedAt: number): boolean {
  switch (record.kind) {
    case 'usage':
    case 'coverage':
    case 'usage-digest':
      return usageFault(record, receivedAt) === undefined;
    case 'evidence':
      return record.records.every(({ evidence, executableId, encodingVersion }) => {
        const bytes = evidence ?? new Uint8Array(0);
        const claimed = Buffer.from(executableId ?? []).reverse();
        decodeEvidence(bytes);
        return (
          encodingVersion === EVIDENCE_VERSION &&
          claimed.toString('hex') === identifyEvidence(bytes).executableId
        );
      });
    default:
      // Whatever could not be opened can be now: its device is asked for what it said.
      return true;
  }
}
