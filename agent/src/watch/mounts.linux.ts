/** What is mounted where on Linux, from /proc/self/mountinfo, which asks no server; and what each type of file system is. */
import { readFileSync } from 'node:fs';
import type { Mount } from './mount-table.ts';
import type { FileSystemKind } from './platform-roots.ts';

/** Made by the kernel: their "files" are views of its state, and reading them may block or act. */
const PSEUDO =
  /^(?:proc|sysfs|devtmpfs|devpts|cgroup2?|pstore|efivarfs|bpf|tracefs|debugfs|securityfs|configfs|fusectl|mqueue|hugetlbfs|binfmt_misc|rpc_pipefs|nsfs|autofs|selinuxfs|ramfs)$/;
/** On another computer: a scan from each client would read it once per client, and hang when the server does. */
const NETWORK =
  /^(?:nfs4?|cifs|smb3?|smbfs|afs|ceph|9p|gfs2|glusterfs|lustre|ocfs2|ncpfs|coda|beegfs|gpfs|virtiofs|prl_fs|vboxsf|fuse|fuse\..*)$/;
/** Layers of containers: their files belong to images. At or above a scan root it is the system itself. */
const LAYERED = /^(?:overlay|aufs|fuse\.fuse-overlayfs)$/;
/** Of sticks, cards and discs, which come and go; none of them knows execute bits, so every file looks executable. */
const REMOVABLE = /^(?:vfat|msdos|exfat|ntfs3?|fuseblk|iso9660|udf|hfs(?:plus)?)$/;

export function kindOf(type: string): FileSystemKind | undefined {
  if (LAYERED.test(type)) return 'container';
  if (REMOVABLE.test(type)) return 'removable';
  if (PSEUDO.test(type)) return 'pseudo';
  return NETWORK.test(type) ? 'network' : undefined;
}

export function readMountInfo(): Mount[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** Fields before ` - ` vary in number; the fifth is the mount point, the first after it the type. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const path = before?.split(' ')[4];
    const type = after?.split(' ')[0];
    return path && type ? [{ path: unescaped(path), type }] : [];
  });
}

/** Blanks in paths are written as `\040` and the like. Only blanks and `\\` are escaped, all of them ASCII. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
