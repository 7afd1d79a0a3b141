/** Where programs are looked for when nobody says where: the folders that `fleetmeter-agent status` prints. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';

const ROOTS = ['/bin', '/sbin', '/usr', '/opt', '/srv'];
/** Accounts that live here are services: their folder is the system's. */
const SYSTEM_FOLDERS = ['bin', 'sbin', 'usr', 'etc', 'var', 'proc', 'sys', 'dev', 'run', 'boot', 'tmp'];
const NOBODY = 65_534;

/** Homes of root and of people, as the account database writes them and as they really are. */
export function homesOfPeople(passwd = readFileSync('/etc/passwd', 'utf8')): string[] {
  const listed = passwd.split('\n').flatMap((line) => {
    const fields = line.split(':');
    const uid = Number.parseInt(fields[2] ?? '', 10);
    const home = (fields[5] ?? '').replace(/\/+$/, '');
    const person = uid === 0 || (uid >= 1000 && uid !== NOBODY);
    return person && home !== '' && !isOfTheSystem(home) ? [home] : [];
  });
  const beside = namesIn('/home').map((name) => `/home/${name}`);
  const homes = [...listed, ...beside];
  return [...new Set([...homes, ...homes.flatMap((home) => realFolder(home) ?? [])])];
}

export function usualRoots(homes: readonly string[]): string[] {
  return outermost([...ROOTS, ...homes].flatMap((root) => realFolder(root) ?? []));
}

/** Real folders, none inside another. */
export function outermost(folders: readonly string[]): string[] {
  const distinct = [...new Set(folders)];
  return distinct.filter((folder) => !distinct.some((other) => folder.startsWith(`${other}/`)));
}

export function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

function isOfTheSystem(home: string): boolean {
  if (['/home', '/opt', '/srv', '/nonexistent'].includes(home)) return true;
  const [, first = '', second] = home.split('/');
  if (first === 'var' && second === 'home') return false;
  return SYSTEM_FOLDERS.includes(first) || first.startsWith('lib');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
