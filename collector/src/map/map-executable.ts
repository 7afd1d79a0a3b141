/**
 * Executable to application. Pure. The catalogue's first rule for the owning package names the application; where
 * it has none the package is the application. What no package owns stays visibly unrecognised, as an application
 * named like its file, so that its use is seen too.
 */
import { hash } from 'node:crypto';
import type { Catalogue } from '../catalogue/catalogue.ts';

/** What of an executable's evidence decides. */
export interface ExecutableToMap {
  path: string;
  /** Empty or absent when no package owns it. */
  packageName?: string | undefined;
  packageVersion?: string | undefined;
  packageVendor?: string | undefined;
}

export interface Mapping {
  /** First 8 bytes of a hash of publisher and name, without version, read big-endian. */
  applicationId: bigint;
  application: string;
  publisher: string;
  version: string;
  recognised: boolean;
  /** Hash of everything that the mapping says: with an equal one nothing has to be written or derived again. */
  fingerprint: bigint;
}

/** Raised with every change of the rules below, so that all executables are mapped again. */
export const MAPPING_RULES = 1;

export function mapExecutable(executable: ExecutableToMap, catalogue: Catalogue): Mapping {
  const named = nameOf(executable, catalogue);
  const kind = named.recognised ? 'application' : 'file';
  return {
    ...named,
    applicationId: hash64(kind, named.publisher, named.application),
    fingerprint: hash64('fingerprint', kind, named.publisher, named.application, named.version),
  };
}

function nameOf(
  { path, packageName, packageVersion = '', packageVendor = '' }: ExecutableToMap,
  catalogue: Catalogue,
): Pick<Mapping, 'application' | 'publisher' | 'version' | 'recognised'> {
  if (!packageName) return { application: fileName(path), publisher: '', version: '', recognised: false };
  const rule = catalogue.ruleFor(packageName);
  return {
    application: rule?.application ?? packageName,
    publisher: rule?.publisher ?? packageVendor,
    version: packageVersion,
    recognised: true,
  };
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function hash64(...parts: string[]): bigint {
  return hash('sha256', parts.join('\0'), 'buffer').readBigUInt64BE(0);
}
