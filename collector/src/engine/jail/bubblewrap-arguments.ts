/** What bubblewrap is told: the smallest world in which the engine runs as it does outside of it. */

/** Paths are real paths: none of them leads through a symbolic link. */
export interface JailPlace {
  /** Folders that the engine may write: its data, and its spool when that lies elsewhere. */
  writable: readonly string[];
  /** Files and folders of the program: the runtime, this package, its libraries. */
  program: readonly string[];
  /** Folders of the system's shared libraries, and links to them: nothing else of the system is there to be read or started. */
  libraries: readonly { path: string; linksTo: string | undefined }[];
}

/** Bytes of the private /tmp: it is memory, and no limit of the process counts it. */
const TMP_BYTES = 64 * 1024 * 1024;

/** Descriptors of the child that bubblewrap itself reads and writes; 3 is the engine's listening socket. */
export const LISTENING_DESCRIPTOR = 3;
export const INFO_DESCRIPTOR = 4;
export const FILTER_DESCRIPTOR = 5;

/** Files that are made in the jail, by the descriptor that brings them. A dictionary asks the engine itself, by name. */
export const MADE_FILES = [
  { descriptor: 6, path: '/etc/hosts', text: '127.0.0.1 localhost\n::1 localhost\n' },
  { descriptor: 7, path: '/etc/nsswitch.conf', text: 'hosts: files\n' },
] as const;

/**
 * Namespaces of its own for everything, the network included: the engine listens on a socket that was opened
 * outside. It sees no process but bubblewrap's own first one (a process 1 could not end itself), and ends with whoever started it.
 */
export function bubblewrapArguments(place: JailPlace, filtered: boolean): string[] {
  const bind = (option: string, path: string) => [option, path, path];
  return [
    ...['--unshare-user-try', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts'],
    ...['--unshare-cgroup-try', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--info-fd', String(INFO_DESCRIPTOR)],
    ...(filtered ? ['--seccomp', String(FILTER_DESCRIPTOR)] : []),
    ...['--size', String(TMP_BYTES), '--perms', '0700', '--tmpfs', '/tmp'],
    // Before what is bound: a data folder may lie below it.
    ...['--dev', '/dev', '--proc', '/proc'],
    ...place.libraries.flatMap(({ path, linksTo }) =>
      linksTo === undefined ? bind('--ro-bind', path) : ['--symlink', linksTo, path],
    ),
    ...place.program.flatMap((path) => bind('--ro-bind', path)),
    ...place.writable.flatMap((path) => bind('--bind', path)),
    ...MADE_FILES.flatMap(({ descriptor, path }) => ['--file', String(descriptor), path]),
    ...[
      '--remount-ro',
      '/dev',
      '--remount-ro',
      '/proc',
      '--remount-ro',
      '/',
      '--chdir',
      '/',
      '--unsetenv',
      'PATH',
    ],
  ];
}
