/** Puts together what is known of one program file. Pure. */
import { type Evidence, normalisePath } from '@fleetmeter/proto';
import type { FileContent, SelfDescription } from '../hash/file-content.ts';
import type { BundleInfo } from './bundle/info-plist.ts';
import type { PackageOwner } from './package-owner.ts';

/** Longest text of evidence in UTF-8 bytes; a longer one is left out rather than cut. */
const LONGEST_TEXT_BYTES = 1024;

/** What a file has from where it lies, and not from its content. */
export interface Surroundings {
  owner: PackageOwner | undefined;
  bundle: BundleInfo | undefined;
}

export function evidenceOf(
  content: Omit<FileContent, 'identity'> & { size: number },
  rawPath: string,
  homes: readonly string[],
  { owner, bundle }: Surroundings,
): Evidence {
  const { sha256, size, format, buildId } = content;
  const interpreter = text(withoutPerson(content.interpreter, homes));
  const soname = text(withoutPerson(content.soname, homes));
  const path = normalisedPath(rawPath, homes);
  const named = {
    productName: text(content.productName),
    productVersion: text(content.productVersion),
    companyName: text(content.companyName),
    fileDescription: text(content.fileDescription),
    originalName: text(content.originalName),
    signer: text(content.signer),
    signerTeam: text(content.signerTeam),
    edition: text(content.edition),
  };
  const alone = { sha256, path, size, format, buildId, interpreter, soname, ...named };
  return withBundle(withOwner(alone, owner), bundle);
}

export function normalisedPath(rawPath: string, homes: readonly string[]): string {
  return normalisePath(rawPath, { platform: 'posix', homes });
}

/** A script of a virtual environment names its interpreter in somebody's home, and a private build may too. */
function withoutPerson(value: string | undefined, homes: readonly string[]): string | undefined {
  return value?.startsWith('/') ? normalisedPath(value, homes) : value;
}

/** The same evidence with what the package database says now. Editions of Mach-O files are said by their content. */
export function withOwner(evidence: Evidence, owner: PackageOwner | undefined): Evidence {
  return present({
    ...evidence,
    packageManager: owner?.manager,
    packageName: text(owner?.name),
    packageVersion: text(owner?.version),
    packageArchitecture: text(owner?.architecture),
    packageVendor: text(owner?.vendor),
    edition: evidence.format === 'macho' ? evidence.edition : text(owner?.edition),
  });
}

/** The same evidence with what the bundle around the file says now. */
export function withBundle(evidence: Evidence, bundle: BundleInfo | undefined): Evidence {
  return present({
    ...evidence,
    bundleId: text(bundle?.id),
    bundleName: text(bundle?.name),
    bundleVersion: text(bundle?.version),
  });
}

export function sameBundle(one: Evidence, other: Evidence): boolean {
  return (
    one.bundleId === other.bundleId &&
    one.bundleName === other.bundleName &&
    one.bundleVersion === other.bundleVersion
  );
}

export function sameOwnerAndPath(one: Evidence, other: Evidence): boolean {
  return (
    one.path === other.path &&
    one.packageManager === other.packageManager &&
    one.packageName === other.packageName &&
    one.packageVersion === other.packageVersion &&
    one.packageArchitecture === other.packageArchitecture &&
    one.packageVendor === other.packageVendor &&
    one.edition === other.edition
  );
}

/** Something that the file says of itself is not in its evidence, because reading or telling it has a limit. */
export function isBeyondLimits({ limitReached, ...said }: SelfDescription): boolean {
  if (limitReached) return true;
  return Object.values(said).some((value) => typeof value === 'string' && isTooLong(value));
}

function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > LONGEST_TEXT_BYTES;
}

function text(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value.includes('\0')) return undefined;
  const normal = value.normalize('NFC');
  return isTooLong(normal) ? undefined : normal;
}

/** Absent fields are absent, not undefined: evidence read back from the store looks the same. */
function present(evidence: Evidence): Evidence {
  return Object.fromEntries(
    Object.entries(evidence).filter(([, value]) => value !== undefined),
  ) as unknown as Evidence;
}
