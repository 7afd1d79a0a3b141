/**
 * Java runtimes that were unpacked where nobody else owns them, on every system: `release`, at the top of each since
 * JDK 7, says which they are (its keys are those of make/ReleaseFile.gmk in OpenJDK). Pure.
 */
import type { PackageOwner } from '../package-owner.ts';
import type { FolderKind } from './folder-owners.ts';

/** The innermost folder with programs or libraries around the file. */
const FOLDER = /^(.+)([\\/])(?:bin|lib)[\\/]/;
/** Until JDK 8 a JDK had a whole runtime in it, without a `release` of its own. */
const INNER_RUNTIME = /[\\/]jre$/;
const LINE = /^([A-Z_]+)="?([^"\r\n]{1,256})"?[ \t\r]*$/gm;

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
  const values = new Map([...release.matchAll(LINE)].map(([, key, value]) => [key, value]));
  const version = values.get('JAVA_RUNTIME_VERSION') ?? values.get('JAVA_VERSION');
  if (!values.has('JAVA_VERSION') || version === undefined) return undefined;
  // Who built it, with what machine, and whether it is to be paid for: builds of one version differ in all of them.
  const edition = ['IMPLEMENTOR_VERSION', 'JVM_VARIANT', 'BUILD_TYPE'].flatMap(
    (key) => values.get(key) ?? [],
  );
  return {
    manager: 'java',
    name: values.get('IMAGE_TYPE')?.toLowerCase() ?? 'java',
    version,
    architecture: values.get('OS_ARCH'),
    vendor: values.get('IMPLEMENTOR'),
    edition: edition.join(' ') || undefined,
  };
}
