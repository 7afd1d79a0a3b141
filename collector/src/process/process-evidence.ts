/** Evidence becomes a described executable with its mapping, if it proves its id. */
import {
  decodeEvidence,
  EVIDENCE_VERSION,
  EvidenceBatch,
  EvidenceError,
  type EvidenceRecordFields,
  encodeIdList,
  identifyEvidence,
} from '@fleetmeter/proto';
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import type { EvidenceWanted } from '../control/contract/evidence-wanted.ts';
import type { Executables } from '../control/contract/executables.ts';
import { mapExecutable } from '../map/map-executable.ts';
import { mappingRow } from '../map/mapping-row.ts';
import type { StreamRecord } from '../stream/stream.ts';
import type { RecordFault } from '../validate/usage-record.ts';
import type { KnownEvidence } from './known-evidence.ts';
import type { RangeEffects, RecordAside } from './range-effects.ts';

/** Adds one record's effects; returns the executable's number when it is new evidence. A bad record is put aside. */
export function processEvidence(
  record: EvidenceRecordFields,
  source: StreamRecord,
  control: Executables & EvidenceWanted,
  inForce: CatalogueInForce,
  effects: RangeEffects,
  known: KnownEvidence = new Map(),
): number | undefined {
  const described = describeExecutable(record, source, control, inForce, effects, known);
  if (typeof described !== 'object') return described;
  effects.quarantine(source, evidenceAside(record, described));
  return undefined;
}

export function evidenceAside(record: EvidenceRecordFields, fault: RecordFault): RecordAside {
  return {
    ...{ ...fault, kind: 'evidence', epochNo: 0, sequence: 0 },
    bytes: EvidenceBatch.encode({ records: [record] }).finish(),
  };
}

/** As above; what is wrong with a bad record is returned, and nothing else happens. */
export function describeExecutable(
  record: EvidenceRecordFields,
  source: Pick<StreamRecord, 'receivedAt'>,
  control: Pick<EvidenceWanted & Executables, 'withoutEvidence' | 'internExecutables'>,
  inForce: CatalogueInForce,
  effects: RangeEffects,
  known: KnownEvidence,
): number | RecordFault | undefined {
  const bytes = record.evidence ?? new Uint8Array(0);
  if (record.encodingVersion !== EVIDENCE_VERSION) {
    const detail = `encoding version ${record.encodingVersion}, known is ${EVIDENCE_VERSION}`;
    return { reason: 'evidence-version-unknown', detail };
  }
  const { executableId, digestPart } = identifyEvidence(bytes);
  const claimed = Buffer.from(record.executableId ?? [])
    .reverse()
    .toString('hex');
  if (claimed !== executableId) {
    return { reason: 'evidence-id-mismatch', detail: 'proves another id than it claims' };
  }
  const hash = Buffer.from(digestPart).toString('hex');
  const first = known.get(executableId);
  if (first !== undefined && first !== hash) {
    return { reason: 'evidence-collision', detail: 'its id is that of other evidence' };
  }
  const idBytes = encodeIdList([executableId]);
  if (control.withoutEvidence(idBytes).length === 0) return undefined;
  let evidence: ReturnType<typeof decodeEvidence>;
  try {
    evidence = decodeEvidence(bytes);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { reason: 'evidence-not-canonical', detail: error.message };
  }
  // Nothing is written for what is known already: the same evidence comes from up to three devices.
  if (!effects.evidenceProcessed(executableId)) return undefined;
  known.set(executableId, hash);
  const executableNo = control.internExecutables(idBytes).numbers[0] as number;
  effects.facts.add('executables', {
    executable_no: executableNo,
    executable_id64: BigInt(`0x${executableId}`),
    version: 1,
    evidence_hash: digestPart,
    sha256: evidence.sha256,
    path: evidence.path,
    size: BigInt(evidence.size),
    format: evidence.format,
    build_id: evidence.buildId ?? '',
    package_manager: evidence.packageManager ?? '',
    package_name: evidence.packageName ?? '',
    package_version: evidence.packageVersion ?? '',
    package_architecture: evidence.packageArchitecture ?? '',
    package_vendor: evidence.packageVendor ?? '',
    evidence: bytes,
    first_seen: source.receivedAt,
  });
  const mapping = mapExecutable(evidence, inForce);
  if (mapping.recognised) effects.recognised++;
  effects.facts.add('mappings', mappingRow(executableNo, mapping, inForce.generation, source.receivedAt));
  effects.markInventoryDirty();
  return executableNo;
}
