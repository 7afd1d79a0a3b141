/**
 * Path rules, version 1: a raw path becomes a normalised path that is the same on every computer that has the
 * program, and that names no person and no project. The list is closed; golden/path-rules.json holds its
 * vectors. Changing a rule changes executable ids, so it takes a new evidence version.
 *
 *   1  Unicode NFC; on Windows `\` becomes `/` and letters are folded to lower case.
 *   2  any user's home is `~`.
 *   3  inside a home only known install roots keep their relative path; any other file is `~/…/name`.
 *   4  UUIDs and hex runs of 16 or more digits become `*`.
 *   5  segments that temporary folders, run-time folders and containers make up become `*`.
 */
export type PathPlatform = 'posix' | 'windows';

export interface PathContext {
  platform: PathPlatform;
  /** Home folders outside the usual places, as the account database names them: absolute, no trailing slash. */
  homes?: readonly string[];
}

const USUAL_HOMES =
  /^(?:\/root|\/home\/[^/]+|\/var\/home\/[^/]+|\/Users\/[^/]+|[a-z]:\/users\/[^/]+)(?=\/|$)/;

/** Folders below a home that installers use, relative to it. Their files are named alike for everybody. */
const INSTALL_FOLDERS: ReadonlySet<string> = new Set([
  'bin',
  ...['bin', 'lib', 'libexec', 'opt', 'share'].map((name) => `.local/${name}`),
  ...['.cargo', '.deno', '.bun', '.krew', '.dotnet/tools', '.npm-global', '.yarn', '.volta', '.foundry'].map(
    (folder) => `${folder}/bin`,
  ),
  ...['.pyenv', '.rbenv', '.nodenv', '.goenv', '.jenv', '.asdf', '.nvm', '.sdkman', '.rustup', '.volta'],
  ...['.dotnet', '.ghcup', '.opam'],
  ...['.vscode', '.vscode-server', '.cursor', '.windsurf'].flatMap((editor) =>
    ['extensions', 'bin', 'cli'].map((name) => `${editor}/${name}`),
  ),
  ...['go/bin', '.go/bin'],
  ...['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge'],
  'snap',
  'Applications',
  'Library/Application Support',
  ...['appdata/local/programs', 'appdata/local/microsoft/windowsapps', 'appdata/roaming/npm'],
  ...['scoop/apps', 'scoop/shims'],
]);
/** Folders in which an install folder is or may be made. */
const ABOVE_INSTALL_FOLDERS: ReadonlySet<string> = new Set([
  '',
  ...[...INSTALL_FOLDERS].flatMap(foldersAbove),
]);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const LONG_HEX = /(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])/gi;

/** Made-up segments: the group before `*` is kept, what follows it up to the next slash is not. */
const MADE_UP_SEGMENTS: readonly RegExp[] = [
  /^((?:\/private)?\/tmp\/)[^/]+(?=\/)/,
  /^((?:\/private)?\/var\/tmp\/)[^/]+(?=\/)/,
  /^(\/(?:private\/)?var\/folders\/)[^/]+\/[^/]+\/[^/]+(?=\/)/,
  /^(\/run\/user\/)[^/]+(?=\/)/,
  /^(\/snap\/[^/]+\/)[^/]+(?=\/)/,
  /^(\/proc\/)\d+(?=\/)/,
  /^(\/var\/lib\/(?:docker|containers\/storage)\/overlay2?\/)[^/]+(?=\/)/,
  /^(\/var\/lib\/containerd\/[^/]+\/snapshots\/)[^/]+(?=\/)/,
  /^([a-z]:\/windows\/temp\/)[^/]+(?=\/)/,
  // Programs run from memory; what makes them often ends the name with a random number.
  /^(\/memfd:[^/]*-)[0-9a-f]{8,}$/,
];

/** What the paths begin with that one of these rules may concern: most paths are spared all of them. */
const MAY_BE_MADE_UP = /^(?:\/(?:private|tmp|var|run|snap|proc)\/|\/memfd:|[a-z]:)/;
/** Every UUID and every long hex number has one. */
const SOME_HEX = /[0-9a-f]{8}/i;

/** The normalised form of an absolute raw path. */
export function normalisePath(rawPath: string, context: PathContext): string {
  let path = spelledOneWay(rawPath, context.platform);
  const home = homePrefix(path, context);
  if (home !== undefined) return withinHome(path.slice(home.length + 1));
  if (MAY_BE_MADE_UP.test(path)) for (const rule of MADE_UP_SEGMENTS) path = path.replace(rule, '$1*');
  return withoutMadeUpNumbers(path);
}

function spelledOneWay(path: string, platform: PathPlatform): string {
  const composed = path.normalize('NFC');
  return platform === 'windows' ? composed.replaceAll('\\', '/').toLowerCase() : composed;
}

function homePrefix(path: string, context: PathContext): string | undefined {
  // The account database may spell a home decomposed, with backslashes or in capitals: a home that is then not
  // recognised would put a person's name on the wire.
  const listed = context.homes
    ?.map((home) => spelledOneWay(home, context.platform))
    .find((home) => path.startsWith(`${home}/`));
  const usual = USUAL_HOMES.exec(path)?.[0];
  const home = listed ?? usual;
  return home !== undefined && path.length > home.length ? home : undefined;
}

function withinHome(relative: string): string {
  const name = relative.slice(relative.lastIndexOf('/') + 1);
  if (placeInHome(relative.slice(0, -name.length - 1)) === 'installed')
    return `~/${withoutMadeUpNumbers(relative)}`;
  const clean = withoutMadeUpNumbers(name);
  return relative === name ? `~/${clean}` : `~/…/${clean}`;
}

/**
 * What a folder below a home is, given relative to the home ('' is the home itself) and spelled as rule 1 has it: in an
 * install folder, above one, or somewhere else. Rule 3 and what agents list of homes follow the same list.
 */
export function placeInHome(folder: string): 'installed' | 'above' | 'elsewhere' {
  if (INSTALL_FOLDERS.has(folder) || foldersAbove(folder).some((above) => INSTALL_FOLDERS.has(above)))
    return 'installed';
  return ABOVE_INSTALL_FOLDERS.has(folder) ? 'above' : 'elsewhere';
}

/** `a/b/c`: `a` and `a/b`. */
function foldersAbove(folder: string): string[] {
  const above: string[] = [];
  for (let at = folder.indexOf('/'); at >= 0; at = folder.indexOf('/', at + 1))
    above.push(folder.slice(0, at));
  return above;
}

function withoutMadeUpNumbers(path: string): string {
  return SOME_HEX.test(path) ? path.replace(UUID, '*').replace(LONG_HEX, '*') : path;
}
