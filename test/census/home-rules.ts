/**
 * Which programs of homes have a row: those in install folders, less what package managers, builds and caches make there
 * by the thousand, and those that somebody ran. Written from that description, not from the product's code.
 */
import { isInInstallFolder } from './normal-path.ts';

/** Rows that all homes of a computer together have at most, unless a setting says otherwise. */
export const MOST_HOME_PROGRAMS = 5_000;

const MADE_BY_THE_THOUSAND = new Map(
  [
    ['node_modules', 'bower_components'].map((name) => [name, 'modules of a project']),
    ['.cache', 'cache', 'Cache', 'Caches', 'caches', '_cacache', '__pycache__'].map((name) => [
      name,
      'a cache',
    ]),
    ['.git', '.hg', '.svn', '.tox', '.nox', 'CMakeFiles'].map((name) => [
      name,
      'made by a tool for its own use',
    ]),
    ['Trash', '.Trash'].map((name) => [name, 'thrown away']),
  ].flat() as [string, string][],
);
const KEPT_BY_TOOLS = [
  ['.local/share/containers', '.local/share/docker'].map((folder) => [folder, 'layers of containers']),
  ['.local/share/pnpm/store', '.rustup/downloads', '.rustup/tmp', '.pyenv/sources'].map((at) => [
    at,
    'a cache',
  ]),
  ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge'].map((conda) => [`${conda}/pkgs`, 'a cache']),
].flat() as [string, string][];
/** Accounts below these are the software itself. */
const FOR_ADDED_SOFTWARE = ['/opt/', '/srv/'];

export class HomeRules {
  readonly #homes: readonly string[];
  readonly #named: readonly string[];
  readonly #environments = new Set<string>();
  /** Files of homes that should be listed. */
  listed = 0;

  /** `named`: roots that somebody asked for, of which everything has a row. */
  constructor(homes: readonly string[], named: readonly string[]) {
    this.#homes = homes.filter((home) => !FOR_ADDED_SOFTWARE.some((above) => home.startsWith(above)));
    this.#named = named;
  }

  /** A folder with a pyvenv.cfg in it. */
  noteEnvironment(folder: string): void {
    this.#environments.add(folder);
  }

  /** Why the program has no row unless somebody ran it; undefined: it has one. */
  reasonFor(path: string): string | undefined {
    const home = longest(this.#homes.filter((each) => path.startsWith(`${each}/`)));
    if (home === undefined) return undefined;
    if (this.#named.some((root) => root.length >= home.length && `${path}/`.startsWith(`${root}/`)))
      return undefined;
    const inside = path.slice(home.length + 1).split('/');
    const reason = isInInstallFolder(inside)
      ? this.#madeByTheThousand(home, inside)
      : 'outside its install folders';
    if (reason === undefined) this.listed++;
    return reason && `in a home, ${reason}: listed once somebody ran it`;
  }

  #madeByTheThousand(home: string, inside: string[]): string | undefined {
    for (let depth = 1; depth < inside.length; depth++) {
      const folder = inside.slice(0, depth).join('/');
      if (this.#environments.has(`${home}/${folder}`)) return 'a virtual environment';
      const kept = KEPT_BY_TOOLS.find(([at]) => at === folder)?.[1];
      const reason = kept ?? MADE_BY_THE_THOUSAND.get(inside[depth - 1] as string);
      if (reason) return reason;
    }
    return undefined;
  }
}

export const NO_HOME_RULES = new HomeRules([], []);

function longest(texts: readonly string[]): string | undefined {
  return [...texts].sort((a, b) => b.length - a.length)[0];
}
