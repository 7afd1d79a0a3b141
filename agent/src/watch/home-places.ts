/**
 * What of a home is listed: files in the install folders that path rule 3 names, less the trees in them that are made by
 * the thousand. All else is counted per tree, and listed only once somebody ran it. Homes named as roots are exempt.
 */
import { placeInHome } from '@fleetmeter/proto';

export type RollUpKind =
  | 'node-modules'
  | 'virtual-environment'
  | 'build-or-cache'
  | 'container-layers'
  | 'outside-install-folders';

/** For people. */
export const ROLL_UP_NAMES: Record<RollUpKind, string> = {
  'node-modules': 'node_modules',
  'virtual-environment': 'virtual environments',
  'build-or-cache': 'build and cache trees',
  'container-layers': 'layers of containers',
  'outside-install-folders': 'outside the install folders of homes',
};

/** Where a file that is not listed is counted. */
export interface RollUpPlace {
  /** Raw path of the tree: a folder right below a home, the home itself, or the tree inside an install folder. */
  tree: string;
  kind: RollUpKind;
}

export interface HomePlacesOptions {
  /** Homes with these rules, under each of their names. */
  homes: Iterable<string>;
  /** Roots that somebody named: of these everything is listed. */
  named: Iterable<string>;
}

/** Trees by the name of their folder, whatever they are in. */
const TREES_BY_NAME: ReadonlyMap<string, RollUpKind> = new Map([
  ...kind('node-modules', 'node_modules', 'bower_components'),
  ...kind(
    'build-or-cache',
    '.cache',
    'cache',
    'Cache',
    'Caches',
    'caches',
    '_cacache',
    '__pycache__',
    '.tox',
  ),
  ...kind('build-or-cache', '.nox', '.git', '.hg', '.svn', 'CMakeFiles', 'Trash', '.Trash'),
]);
/** Names that in an install folder are as often what an application calls its programs' folder. */
const BUILDS_OUTSIDE_INSTALL_FOLDERS = new Set([
  ...['target', 'build', 'dist', 'out', 'obj', '_build', '.next', '.gradle', '.terraform'],
]);
/** Trees in install folders by their path below the home. */
const TREES_BY_PATH: ReadonlyMap<string, RollUpKind> = new Map([
  ...kind('container-layers', '.local/share/containers', '.local/share/docker'),
  ...kind('build-or-cache', '.local/share/pnpm/store', '.rustup/downloads', '.rustup/tmp', '.pyenv/sources'),
  ...kind(
    'build-or-cache',
    ...['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge'].map((at) => `${at}/pkgs`),
  ),
]);
/** Virtual environments remembered; the programs of further ones are listed. */
const MOST_ENVIRONMENTS = 20_000;

export class HomePlaces {
  readonly #homes: ReadonlySet<string>;
  readonly #named: ReadonlySet<string>;
  readonly #environments = new Set<string>();
  /** Of homes: most folders of a computer are below none of these, which one look tells. */
  readonly #firstNames: ReadonlySet<string>;
  /** Files come folder by folder. */
  #last: { folder: string; place: RollUpPlace | undefined } | undefined;

  constructor({ homes, named }: HomePlacesOptions) {
    this.#homes = new Set(homes);
    this.#named = new Set(named);
    this.#firstNames = new Set([...this.#homes].map(firstNameOf));
  }

  /** This folder holds a pyvenv.cfg, which only virtual environments have. */
  noteEnvironment(folder: string): void {
    this.#last = undefined;
    if (this.#environments.size < MOST_ENVIRONMENTS) this.#environments.add(folder);
  }

  isInHome(path: string): boolean {
    return this.#homeOf(path) !== undefined;
  }

  /** Where a file is counted instead of listed; undefined: it is listed. */
  rollUpOf(file: string): RollUpPlace | undefined {
    return this.#rollUpOfFolder(file.slice(0, file.lastIndexOf('/')));
  }

  /** Whether changes right in this folder matter: it holds listed files, or an install folder may appear in it. */
  isWatched(folder: string): boolean {
    const home = this.#homeOf(folder);
    if (home === undefined || placeInHome(folder.slice(home.length + 1)) === 'above') return true;
    return this.#rollUpOfFolder(folder) === undefined;
  }

  #rollUpOfFolder(folder: string): RollUpPlace | undefined {
    if (this.#last?.folder !== folder) this.#last = { folder, place: this.#newRollUpOfFolder(folder) };
    return this.#last.place;
  }

  #newRollUpOfFolder(folder: string): RollUpPlace | undefined {
    const home = this.#homeOf(folder);
    if (home === undefined) return undefined;
    const relative = folder.slice(home.length + 1);
    const installed = placeInHome(relative) === 'installed';
    const tree = this.#treeIn(home, relative, installed);
    if (installed) return tree;
    const [first = ''] = relative.split('/');
    return { tree: first === '' ? home : `${home}/${first}`, kind: tree?.kind ?? 'outside-install-folders' };
  }

  /** The outermost tree that is known for what it is. */
  #treeIn(home: string, relative: string, installed: boolean): RollUpPlace | undefined {
    if (relative === '') return undefined;
    let below = '';
    for (const name of relative.split('/')) {
      below = below === '' ? name : `${below}/${name}`;
      const tree = `${home}/${below}`;
      const found =
        TREES_BY_NAME.get(name) ??
        TREES_BY_PATH.get(below) ??
        (this.#environments.has(tree) ? 'virtual-environment' : undefined) ??
        (!installed && BUILDS_OUTSIDE_INSTALL_FOLDERS.has(name) ? 'build-or-cache' : undefined);
      if (found) return { tree, kind: found };
    }
    return undefined;
  }

  /** The innermost home; undefined when the path is in none, or in a root that somebody named inside or as that home. */
  #homeOf(path: string): string | undefined {
    if (!this.#firstNames.has(firstNameOf(path))) return undefined;
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      if (this.#named.has(at)) return undefined;
      if (this.#homes.has(at)) return at;
    }
    return undefined;
  }
}

/** `/usr` of `/usr/bin`. */
function firstNameOf(path: string): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path : path.slice(0, end);
}

function kind(of: RollUpKind, ...folders: string[]): [string, RollUpKind][] {
  return folders.map((folder) => [folder, of]);
}
