/** Where a link leads, and whether that is out of the roots, by the rules that a scan goes by. */
import { folderToAdd, targetOutside } from '../watch/link-target.ts';
import type { MountTable } from '../watch/mount-table.ts';
import { followLinks } from '../watch/real-path.ts';
import type { DiskFacts } from './path-facts.ts';

/** `roots`: empty when the link itself is where nothing is looked for. */
export function linkFacts(
  link: string,
  roots: readonly string[],
  mounts: MountTable,
  mayLook: (path: string) => boolean,
): DiskFacts {
  const to = followLinks(link, mayLook) ?? link;
  if (roots.length === 0) return { kind: 'link', to };
  const out = targetOutside(link, { roots: new Set(roots), mounts: mounts.excludedMounts() });
  if (out === undefined || mounts.isKernelMade(out)) return { kind: 'link', to };
  const excluded = mounts.exclusionAround(out);
  return {
    kind: 'link',
    to: out,
    out: { folder: excluded ? out : folderToAdd(out), excluded },
  };
}
