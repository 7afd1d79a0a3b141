/** Snaps: each revision of a package is a mounted folder, and `meta/snap.yaml` in it says what it is. Pure. */
import type { PackageOwner } from '../package-owner.ts';
import type { FolderKind } from './folder-owners.ts';

/** Some systems mount them below /var/lib/snapd. A name may have the name of a second instance behind it. */
const FOLDER = /^((?:\/var\/lib\/snapd)?\/snap\/[a-z0-9-]+(?:_[A-Za-z0-9]+)?\/x?\d+)\//;

export const SNAP_FOLDERS: FolderKind = {
  manager: 'snap',
  locate(path) {
    const folder = FOLDER.exec(path)?.[1];
    if (folder === undefined) return [];
    return [{ file: `${folder}/meta/snap.yaml`, describe: (file) => snapOwner(file.toString('utf8')) }];
  },
};

function snapOwner(yaml: string): PackageOwner | undefined {
  const [name, version] = [topLevel(yaml, 'name'), topLevel(yaml, 'version')];
  return name && version
    ? { manager: 'snap', name, version, architecture: onlyArchitecture(yaml) }
    : undefined;
}

/** A plain or quoted text of the outermost mapping; none of the other forms of YAML are used for these fields. */
function topLevel(yaml: string, field: string): string | undefined {
  const value = new RegExp(`^${field}:[ \\t]*(.*?)[ \\t\\r]*$`, 'm').exec(yaml)?.[1] ?? '';
  const quoted = /^(["'])(.*?)\1(?:\s+#.*)?$/.exec(value)?.[2];
  return (quoted ?? value.replace(/\s+#.*$/, '').replace(/^["'[{|>&*!].*/, '')) || undefined;
}

/** `architectures: [amd64]`, or a list below it; a snap for several says nothing of this one. */
function onlyArchitecture(yaml: string): string | undefined {
  const list = /^architectures:[ \t]*(?:\[([^\]\n]*)\][ \t\r]*$|\r?\n((?:[ \t]*-[^\n]*(?:\n|$))+))/m.exec(
    yaml,
  );
  const names = (list?.[1] ?? list?.[2] ?? '').match(/[a-z0-9]+/g) ?? [];
  return names.length === 1 ? names[0] : undefined;
}
