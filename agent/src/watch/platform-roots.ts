/** What finding has to know of an operating system before it looks: lists and rules, no I/O. One implementation each. */
export type FileSystemKind = 'pseudo' | 'network' | 'container' | 'removable';

export interface PlatformRoots {
  /** Folders of the system's programs: large. */
  systemRoots: readonly string[];
  /** Folders of added software: small, or turn out not to be. */
  addedRoots: readonly string[];
  /** Folders below the roots that hold the same files by another name, or copies that nobody runs. */
  secondNames: readonly string[];
  /** Where homes usually lie. */
  homeFolder: string;
  /** Homes of people, of which some are among the folders of these names in `folder`. */
  usualHomes(names: readonly string[], folder: string): string[];
  /** A file that says where homes are; absent: this system has none. */
  accounts?: { file: string; homesIn(text: string): string[] };
  /** Why file systems of this type are left out; undefined: they hold this computer's files. */
  kindOf(fileSystem: string): FileSystemKind | undefined;
}
