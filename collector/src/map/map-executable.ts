/**
 * Executable to application. Pure. The catalogue's first rule for the owning package names the application; where
 * it has none the package is the application. What no package owns stays visibly unrecognised, as an application
 * named like its file, so that its use is seen too.
 */
import { createHmac, hash } from 'node:crypto';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';

/** What of an executable's evidence decides. */
export interface ExecutableToMap {
  path: string;
  /** Empty or absent when no package owns it. */
  packageName?: string | undefined;
  packageVersion?: string | undefined;
  packageVendor?: string | undefined;
}

export interface Mapping {
  /**
   * First 8 bytes of a hash of publisher and name, without version, read big-endian. Keyed where it is named for its
   * file: who guesses the name of somebody's program must not find its use by the id.
   */
  applicationId: bigint;
  application: string;
  publisher: string;
  version: string;
  recognised: boolean;
  /** Hash of everything that the mapping says: with an equal one nothing has to be written or derived again. */
  fingerprint: bigint;
}

/** Raised with every change of the rules below, so that all executables are mapped again. */
export const MAPPING_RULES = 2;

export function mapExecutable(
  executable: ExecutableToMap,
  { catalogue, fileKey }: Pick<CatalogueInForce, 'catalogue' | 'fileKey'>,
): Mapping {
  const named = nameOf(executable, catalogue);
  const kind = named.recognised ? 'application' : 'file';
  const key = named.recognised ? NO_KEY : fileKey;
  return {
    ...named,
    applicationId: named.recognised
      ? applicationIdOf(named)
      : hash64(key, kind, named.publisher, named.application),
    fingerprint: hash64(key, 'fingerprint', kind, named.publisher, named.application, named.version),
  };
}

/** Of one that is recognised. */
export const applicationIdOf = ({
  publisher,
  application,
}: {
  publisher: string;
  application: string;
}): bigint => hash64(NO_KEY, 'application', publisher, application);

const NO_KEY = new Uint8Array(0);

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

function hash64(key: Uint8Array, ...parts: string[]): bigint {
  const text = parts.join('\0');
  const bytes = key.length === 0 ? text : createHmac('sha256', key).update(text).digest();
  return hash('sha256', bytes, 'buffer').readBigUInt64BE(0);
}
