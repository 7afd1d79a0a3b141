/**
 * Java runtimes that were unpacked where nobody else owns them, on every system: `release`, at the top of each since
 * JDK 7, says which they are (its keys are those of make/ReleaseFile.gmk in OpenJDK). Pure.
 */
import type { PackageOwner } from '../package-owner.ts';
import type { FolderKind } from './folder-owners.ts';
import { withoutMailAddress } from './vendor-name.ts';

/** The innermost folder with programs or libraries around the file. */
const FOLDER = /^(.+)([\\/])(?:bin|lib)[\\/]/;
/** Until JDK 8 a JDK had a whole runtime in it, without a `release` of its own. */
const INNER_RUNTIME = /[\\/]jre$/;
const LINE = /^([A-Z_]+)="?([^"]{1,256})"?\s{0,8}$/;
/** `MODULES` is longer, and is not asked for. */
const LONGEST_LINE = 1024;
const MOST_LINES = 200;
/** What follows a build's number may be the name of whoever built it, and of the folder that he built it in. */
const RELEASE = /^\d[\d._]*(?:-(?:ea|internal|beta))?(?:\+\d+|-b\d+)?/;

export const JAVA_FOLDERS: FolderKind = {
  manager: 'java',
  locate(path) {
    const [, folder, separator = '/'] = FOLDER.exec(path) ?? [];
    if (folder === undefined) return [];
    const outer = folder.replace(INNER_RUNTIME, '');
    return (outer === folder ? [folder] : [folder, outer]).map((at) => ({
      file: `${at}${separator}release`,
      describe: (file) => javaOwner(file.toString('utf8')),
    }));
  },
};

/** undefined: a file of that name that no Java runtime has. */
export function javaOwner(release: string): PackageOwner | undefined {
  const values = valuesOf(release);
  const version = RELEASE.exec(values.get('JAVA_RUNTIME_VERSION') ?? values.get('JAVA_VERSION') ?? '')?.[0];
  // Images that an application brings of its own, with its own programs in them, say less of themselves (jlink).
  if (!values.has('JAVA_VERSION') || !values.has('OS_NAME') || version === undefined) return undefined;
  // Who built it, with what machine, and whether it is to be paid for: builds of one version differ in all of them.
  const edition = ['IMPLEMENTOR_VERSION', 'JVM_VARIANT', 'BUILD_TYPE'].flatMap(
    (key) => values.get(key) ?? [],
  );
  return {
    manager: 'java',
    name: values.get('IMAGE_TYPE')?.toLowerCase() ?? 'java',
    version,
    architecture: values.get('OS_ARCH'),
    vendor: withoutMailAddress(values.get('IMPLEMENTOR')),
    edition: edition.join(' ') || undefined,
  };
}

function valuesOf(release: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of release.split('\n', MOST_LINES)) {
    const [, key, value] = (line.length <= LONGEST_LINE && LINE.exec(line)) || [];
    if (key !== undefined && value !== undefined) values.set(key, value);
  }
  return values;
}
