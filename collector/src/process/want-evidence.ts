/** Which executables still need evidence, and from whom. */
import { executableIdAt } from '@fleetmeter/proto';
import type { EvidenceWanted } from '../control/contract/evidence-wanted.ts';
import type { Executables } from '../control/contract/executables.ts';
import type { StreamRecord } from '../stream/stream.ts';
import type { ListedIds } from './interned-report.ts';
import type { RangeEffects } from './range-effects.ts';

/**
 * Executables that nobody has described yet are asked for, and get a row of their own so that an installation is
 * visible before it is described. Returns their positions in the list.
 */
export function wantMissingEvidence(
  { ids, numbers }: ListedIds,
  source: Pick<StreamRecord, 'deviceId' | 'receivedAt'>,
  control: Pick<Executables & EvidenceWanted, 'undescribed' | 'hasEnoughHolders'>,
  effects: RangeEffects,
): number[] {
  const missing = control.undescribed(numbers).filter((position) => numbers[position] !== 0);
  for (const position of missing) {
    const executableNo = numbers[position] as number;
    const wanted =
      !control.hasEnoughHolders(executableNo) && effects.wantsEvidenceFrom(executableNo, source.deviceId);
    const unannounced = effects.announces(executableNo);
    if (!wanted && !unannounced) continue;
    const executableId = executableIdAt(ids, position);
    if (wanted) effects.wantEvidence({ executableId, executableNo, deviceId: source.deviceId });
    if (!unannounced) continue;
    effects.facts.add('executables', {
      ...UNDESCRIBED,
      executable_no: executableNo,
      executable_id64: BigInt(`0x${executableId}`),
      first_seen: source.receivedAt,
    });
  }
  return missing;
}

const UNDESCRIBED = {
  version: 0,
  evidence_hash: new Uint8Array(16),
  sha256: new Uint8Array(32),
  path: '',
  size: 0n,
  format: '',
  build_id: '',
  package_manager: '',
  package_name: '',
  package_version: '',
  package_architecture: '',
  package_vendor: '',
  evidence: '',
} as const;
