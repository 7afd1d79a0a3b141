/** Puts together what is known of one program file. Pure. */
import type { Evidence } from '@fleetmeter/proto';
import type { FileContent } from '../hash/file-content.ts';
import type { PackageOwner } from './package-owner.ts';

/** Longest text of evidence in UTF-8 bytes; a longer one is left out rather than cut. */
const LONGEST_TEXT_BYTES = 1024;

/** `path` is the normalised one. */
export function evidenceOf(
  content: Omit<FileContent, 'identity'> & { size: number },
  path: string,
  owner: PackageOwner | undefined,
): Evidence {
  const { sha256, size, format, buildId, interpreter, soname } = content;
  return withOwner(
    present({ sha256, path, size, format, buildId, interpreter: text(interpreter), soname: text(soname) }),
    owner,
  );
}

/** The same evidence with what the package database says now. */
export function withOwner(evidence: Evidence, owner: PackageOwner | undefined): Evidence {
  return present({
    ...evidence,
    packageManager: owner?.manager,
    packageName: text(owner?.name),
    packageVersion: text(owner?.version),
    packageArchitecture: text(owner?.architecture),
    packageVendor: text(owner?.vendor),
  });
}

export function sameOwnerAndPath(one: Evidence, other: Evidence): boolean {
  return (
    one.path === other.path &&
    one.packageManager === other.packageManager &&
    one.packageName === other.packageName &&
    one.packageVersion === other.packageVersion &&
    one.packageArchitecture === other.packageArchitecture &&
    one.packageVendor === other.packageVendor
  );
}

function text(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value.includes('\0')) return undefined;
  const normal = value.normalize('NFC');
  return Buffer.byteLength(normal) <= LONGEST_TEXT_BYTES ? normal : undefined;
}

/** Absent fields are absent, not undefined: evidence read back from the store looks the same. */
function present(evidence: Evidence): Evidence {
  return Object.fromEntries(
    Object.entries(evidence).filter(([, value]) => value !== undefined),
  ) as unknown as Evidence;
}
