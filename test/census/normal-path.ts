/**
 * The normalised form of a path, written a second time from the description of the rules (segments here, patterns
 * there): the census exists to disagree with the product where the product is wrong. POSIX paths only.
 */

/** Programs below these folders of a home keep their relative path; `|` separates alternatives of a segment. */
const INSTALL_FOLDERS = [
  'bin',
  '.local/bin|lib|libexec|opt|share',
  '.cargo|.deno|.bun|.krew|.npm-global|.yarn|.foundry/bin',
  '.pyenv|.rbenv|.nodenv|.goenv|.jenv|.asdf|.nvm|.sdkman|.rustup|.volta|.dotnet|.ghcup|.opam',
  '.vscode|.vscode-server|.cursor|.windsurf/extensions|bin|cli',
  'go|.go/bin',
  'miniconda3|anaconda3|miniforge3|mambaforge',
  'snap',
  'Applications',
  'Library/Application Support',
].map((folder) => folder.split('/').map((segment) => segment.split('|')));

/** `?` is a segment that somebody made up, `#` one of digits, `_` any that stays. */
const MADE_UP = [
  '/tmp/?',
  '/private/tmp/?',
  '/var/tmp/?',
  '/private/var/tmp/?',
  '/var/folders/?/?/?',
  '/private/var/folders/?/?/?',
  '/run/user/?',
  '/snap/_/?',
  '/proc/#',
  '/var/lib/docker/overlay/?',
  '/var/lib/docker/overlay2/?',
  '/var/lib/containers/storage/overlay/?',
  '/var/lib/containers/storage/overlay2/?',
  '/var/lib/containerd/_/snapshots/?',
].map((shape) => shape.split('/'));

const LEAST_HEX_DIGITS = 16;
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;

export function normalPath(rawPath: string, homes: readonly string[]): string {
  const path = rawPath.normalize('NFC');
  const segments = path.split('/');
  const depth = homeDepth(path, segments, homes);
  if (depth === undefined) return withoutNumbers(withoutMadeUp(segments).join('/'));
  const inside = segments.slice(depth);
  if (isInInstallFolder(inside)) return `~/${withoutNumbers(inside.join('/'))}`;
  const name = withoutNumbers(inside.at(-1) as string);
  return inside.length === 1 ? `~/${name}` : `~/…/${name}`;
}

/** How many segments the home has that this path is in, the empty one before the first slash included. */
function homeDepth(path: string, segments: string[], homes: readonly string[]): number | undefined {
  const listed = homes
    .map((home) => home.normalize('NFC'))
    .filter((home) => path.startsWith(`${home}/`))
    .map((home) => home.split('/').length);
  if (listed.length > 0) return Math.max(...listed);
  const [, first, second] = segments;
  const depth = first === 'root' ? 2 : first === 'home' || first === 'Users' ? 3 : 4;
  const usual = depth < 4 || (first === 'var' && second === 'home');
  return usual && segments.length > depth ? depth : undefined;
}

/** `inside`: segments of a file's path below a home. */
export function isInInstallFolder(inside: string[]): boolean {
  return INSTALL_FOLDERS.some((folder) => isBelow(inside, folder));
}

function isBelow(inside: string[], folder: string[][]): boolean {
  return inside.length > folder.length && folder.every((names, at) => names.includes(inside[at] as string));
}

function withoutMadeUp(segments: string[]): string[] {
  const shape = MADE_UP.find(
    (candidate) =>
      // Something must follow: a file right in /tmp has a name that means something.
      segments.length > candidate.length &&
      candidate.every((wanted, at) => fits(wanted, segments[at] as string)),
  );
  if (!shape) return segments;
  const firstMadeUp = shape.findIndex((wanted) => wanted === '?' || wanted === '#');
  return [...segments.slice(0, firstMadeUp), '*', ...segments.slice(shape.length)];
}

function fits(wanted: string, segment: string): boolean {
  if (wanted === '#') return segment !== '' && [...segment].every((letter) => letter >= '0' && letter <= '9');
  return wanted === '?' || wanted === '_' ? segment !== '' : wanted === segment;
}

function withoutNumbers(path: string): string {
  return path
    .replace(UUID, '*')
    .replace(/[\da-z]+/gi, (word) => (word.length >= LEAST_HEX_DIGITS && isHex(word) ? '*' : word));
}

function isHex(word: string): boolean {
  return /^[\da-f]+$/i.test(word);
}
