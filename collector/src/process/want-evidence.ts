/** Which executables still need evidence, and from whom. */
import { encodeIdList } from '@fleetmeter/proto';
import type { ControlStore } from '../control/control-store.ts';
import type { StreamRecord } from '../stream/stream.ts';
import type { RangeEffects } from './range-effects.ts';

/**
 * Ids (8 bytes little-endian each) that nobody has described yet are asked for, and get a row of their own so that
 * an installation is visible before it is described.
 */
export function wantMissingEvidence(
  ids: Uint8Array,
  source: StreamRecord,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const missing = [...new Set(control.withoutEvidence(ids))].sort();
  const numbers = control.internExecutables(encodeIdList(missing)).numbers;
  missing.forEach((executableId, index) => {
    effects.wantEvidence(executableId, source.deviceId);
    effects.facts.add('executables', {
      ...UNDESCRIBED,
      executable_no: numbers[index] as number,
      executable_id64: BigInt(`0x${executableId}`),
      first_seen: source.receivedAt,
    });
  });
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
