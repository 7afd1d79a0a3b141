/**
 * Executable to application. Pure. Today's catalogue has one rule: the owning package is the application. What no
 * package owns stays visibly unrecognised, as an application named like its file, so that its use is seen too.
 */
import { createHash } from 'node:crypto';
import type { Evidence } from '@fleetmeter/proto';

export interface Mapping {
  /** First 8 bytes of a hash of publisher and name, without version, read big-endian. */
  applicationId: bigint;
  application: string;
  publisher: string;
  version: string;
  recognised: boolean;
  /** Hash of everything that went in: equal fingerprints need no new mapping. */
  fingerprint: bigint;
}

/** Raised with every change of the rules below, so that fingerprints change too. */
const RULES_VERSION = 1;

export function mapExecutable(evidence: Evidence): Mapping {
  const named = evidence.packageName
    ? {
        application: evidence.packageName,
        publisher: evidence.packageVendor ?? '',
        version: evidence.packageVersion ?? '',
        recognised: true,
      }
    : { application: fileName(evidence.path), publisher: '', version: '', recognised: false };
  return {
    ...named,
    applicationId: hash64(named.recognised ? 'application' : 'file', named.publisher, named.application),
    fingerprint: hash64(
      'fingerprint',
      String(RULES_VERSION),
      named.publisher,
      named.application,
      named.version,
    ),
  };
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function hash64(...parts: string[]): bigint {
  return createHash('sha256').update(parts.join('\0')).digest().readBigUInt64BE(0);
}
