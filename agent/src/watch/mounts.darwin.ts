/**
 * What is mounted where on macOS, from what mount(8) prints: it asks the kernel what that knows already, and no server. Written
 * from published outputs and tested with them; neither the command nor anything else here was run on macOS.
 */
import type { Mount } from './mount-table.ts';
import type { FileSystemKind } from './platform-roots.ts';

const PSEUDO = /^(?:devfs|autofs|volfs|fdesc|nullfs|synthfs|mtmfs)$/;
const NETWORK = /^(?:nfs|smbfs|afpfs|webdav|ftp|cifs|acfs|(?:mac|osx)?fuse(?:fs)?(?:_.*)?)$/;
/**
 * Discs, cards and sticks, `lifs` for those that a program of the system reads; APFS and HFS+ may be on them too, but are told
 * apart only by their device.
 */
const REMOVABLE = /^(?:msdos|exfat|ntfs|ufsd_NTFS|udf|cd9660|lifs)$/;
/** Full scans and looks at quiet folders come less often, so each of them gets a new answer. */
const FRESH_MS = 60_000;
const LONGEST_MS = 5_000;
const LARGEST_OUTPUT_BYTES = 1_048_576;

export function kindOf(fileSystem: string): FileSystemKind | undefined {
  if (PSEUDO.test(fileSystem)) return 'pseudo';
  if (NETWORK.test(fileSystem)) return 'network';
  return REMOVABLE.test(fileSystem) ? 'removable' : undefined;
}

/**
 * Asks at most once a minute, whoever wants to know how often: it is a process each time. When the command fails what it
 * said last holds, and before that nothing is known to be mounted. `print`: what the command prints; throws when it fails.
 */
export function mountsByCommand(
  print: () => string = printMounts,
  nowMs: () => number = () => performance.now(),
): () => Mount[] {
  let mounts: Mount[] = [];
  let askedMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (nowMs() - askedMs < FRESH_MS) return mounts;
    askedMs = nowMs();
    try {
      mounts = parseMounts(print());
    } catch {
      // What was mounted before is so still, as far as anybody knows.
    }
    return mounts;
  };
}

/** Loaded only where it is needed: elsewhere the agent has no use for other programs. */
function printMounts(): string {
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  return execFileSync('/sbin/mount', {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LONGEST_MS,
    maxBuffer: LARGEST_OUTPUT_BYTES,
  });
}

/**
 * Lines of mount(8): `//ada@host/share on /Volumes/share (smbfs, nodev, nosuid, mounted by ada)`. Others are left out. It escapes
 * nothing, so a person who may mount can have a name read wrongly; what is stayed off for that is named in `status` as any
 * other folder is.
 */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    // The last parenthesis: a folder may have some in its name.
    const found = /^.*? on (\/.*) \(([a-z0-9_]+)((?:,[^()]*)?)\)$/i.exec(line);
    if (!found) return [];
    const [, path = '', type = '', options = ''] = found;
    const words = options.split(',').map((option) => option.trim());
    // What the system itself lies on is this computer's.
    const isElsewhere = path !== '/' && (!words.includes('local') || words.includes('fskit'));
    return [{ path, type, isElsewhere }];
  });
}
