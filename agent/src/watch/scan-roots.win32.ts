/**
 * Where programs are on Windows: lists and rules only. They were written from Microsoft's documents (known folders;
 * GetDriveType; file attributes) and are tested as values; no agent has run on Windows with them yet.
 */
import type { FileSystemKind, PlatformRoots } from './platform-roots.ts';

/** What the environment says of the system's folders; Windows spells the names of variables in any case. */
export type WindowsEnvironment = Readonly<Record<string, string | undefined>>;

const NO_PERSONS = new Set([
  'public',
  'default',
  'default user',
  'all users',
  'defaultapppool',
  'desktop.ini',
]);
/** GetDriveType's answers, as the agent asks for them in place of a mount's type. */
const DRIVES: Readonly<Record<string, FileSystemKind>> = {
  DRIVE_REMOVABLE: 'removable',
  DRIVE_CDROM: 'removable',
  DRIVE_REMOTE: 'network',
  DRIVE_RAMDISK: 'pseudo',
};
/** Windows has no execute bit: what may be a program is told by its name first, and then by its first bytes. */
const PROGRAM_ENDINGS = /\.(?:exe|com|scr|dll|sys|ocx|cpl|drv|efi|msc|bat|cmd|ps1)$/i;

export function win32Roots(environment: WindowsEnvironment): PlatformRoots {
  const variables = new Map(
    Object.entries(environment).map(([name, value]) => [name.toLowerCase(), withoutEnd(value ?? '')]),
  );
  const folder = (variable: string, otherwise: string): string => variables.get(variable) || otherwise;
  const drive = folder('systemdrive', 'C:');
  const system = folder('systemroot', `${drive}\\Windows`);
  return {
    systemRoots: [system],
    addedRoots: [
      ...new Set([
        // A 32-bit process sees its own folder under the first name, and the other one under the second.
        folder('programfiles', `${drive}\\Program Files`),
        folder('programw6432', `${drive}\\Program Files`),
        folder('programfiles(x86)', `${drive}\\Program Files (x86)`),
        folder('programdata', `${drive}\\ProgramData`),
      ]),
    ],
    secondNames: [
      // The component store: what is in use of it is a hard link of a file in System32 or Program Files.
      `${system}\\WinSxS`,
      // What updates replaced, and packages that were installed from.
      ...[`${system}\\Installer`, `${system}\\SoftwareDistribution`, `${system}\\servicing\\LCU`],
      // A junction to ProgramData itself.
      `${folder('programdata', `${drive}\\ProgramData`)}\\Application Data`,
    ],
    homeFolder: `${drive}\\Users`,
    usualHomes: (names, folder) =>
      names.filter((name) => !NO_PERSONS.has(name.toLowerCase())).map((name) => `${folder}\\${name}`),
    kindOf: (driveType) => DRIVES[driveType],
  };
}

export function mayBeProgram(name: string): boolean {
  return PROGRAM_ENDINGS.test(name);
}

function withoutEnd(folder: string): string {
  return folder.replace(/[\\/]+$/, '');
}
