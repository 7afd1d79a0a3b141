/** What finding has to know of an operating system before it looks: lists and rules, no I/O. One implementation each. */
export type FileSystemKind = 'pseudo' | 'network' | 'container' | 'removable';

export interface PlatformRoots {
  /** Folders of the system's programs: large. */
  systemRoots: readonly string[];
  /** Folders of added software: small, or turn out not to be. */
  addedRoots: readonly string[];
  /** Folders below the roots that hold the same files by another name, or copies that nobody runs. */
  secondNames: readonly string[];
  /** Homes of people among the folders that lie where homes usually do; `names` are those of the folders. */
  usualHomes(names: readonly string[]): string[];
  /** Why file systems of this type are left out; undefined: they hold this computer's files. */
  kindOf(fileSystem: string): FileSystemKind | undefined;
}
