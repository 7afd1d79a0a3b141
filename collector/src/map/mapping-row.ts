/** A mapping as a row of the fact table `mappings`. Pure. */
import type { FactRow } from '../clickhouse/fact-tables.ts';
import type { Mapping } from './map-executable.ts';

/** Milliseconds since 1970 take 41 bits until 2039 and 44 until 2527. */
const TIME_BITS = 44n;

/**
 * `generation` of the catalogue it was made by: a later catalogue wins whatever the order of writing, and of
 * equal ones the later time (milliseconds since 1970).
 */
export function mappingRow(
  executableNo: number,
  mapping: Mapping,
  generation: number,
  at: number,
): FactRow<'mappings'> {
  return {
    executable_no: executableNo,
    version: (BigInt(generation) << TIME_BITS) | BigInt(at),
    application_id64: mapping.applicationId,
    application: mapping.application,
    publisher: mapping.publisher,
    application_version: mapping.version,
    recognised: mapping.recognised ? 1 : 0,
    fingerprint: mapping.fingerprint,
  };
}
