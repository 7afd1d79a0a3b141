/** Counts of files that are not listed one by one, per tree: what a full scan saw, as people can read it. */
import { printable } from '../printable-text.ts';
import { ROLL_UP_NAMES, type RollUpPlace } from './home-places.ts';

export interface RollUp extends RollUpPlace {
  /** Files with an execute bit. */
  files: number;
}

export interface RollUpSummary {
  /** Most files first. */
  trees: RollUp[];
  /** Trees beyond those listed here, and the files in them. */
  moreTrees: number;
  filesInMore: number;
  files: number;
}

export const NO_ROLL_UPS: RollUpSummary = Object.freeze({
  trees: [],
  moreTrees: 0,
  filesInMore: 0,
  files: 0,
});
/** Trees counted one by one. */
const MOST_TREES = 5_000;
const MOST_SHOWN = 50;

export class RollUps {
  readonly #trees = new Map<string, RollUp>();
  /** In trees that are too many to be counted one by one. */
  #uncountedFiles = 0;
  #files = 0;

  add({ tree, kind }: RollUpPlace): void {
    this.#files++;
    const key = `${kind} ${tree}`;
    const known = this.#trees.get(key);
    if (known) known.files++;
    else if (this.#trees.size < MOST_TREES) this.#trees.set(key, { tree, kind, files: 1 });
    else this.#uncountedFiles++;
  }

  summary(): RollUpSummary {
    if (this.#files === 0) return NO_ROLL_UPS;
    const trees = [...this.#trees.values()].sort((a, b) => b.files - a.files || (a.tree < b.tree ? -1 : 1));
    const more = trees.slice(MOST_SHOWN);
    return {
      trees: trees.slice(0, MOST_SHOWN),
      moreTrees: more.length,
      filesInMore: more.reduce((sum, { files }) => sum + files, this.#uncountedFiles),
      files: this.#files,
    };
  }
}

/** One sentence for each folder: "31,204 programs below /home/ada/src not listed (30,000 in node_modules, ...)". */
export function rollUpLines({ trees, moreTrees, filesInMore }: RollUpSummary, most = 10): string[] {
  const byTree = [...Map.groupBy(trees, ({ tree }) => tree)];
  const lines = byTree.slice(0, most).map(([tree, parts]) => {
    const kinds = parts.map(
      ({ files, kind }) =>
        `${count(files)} ${kind === 'outside-install-folders' ? '' : 'in '}${ROLL_UP_NAMES[kind]}`,
    );
    return `${count(sum(parts))} programs below ${printable(tree)} not listed (${kinds.join(', ')})`;
  });
  const rest = byTree.slice(most);
  const left = rest.reduce((total, [, parts]) => total + sum(parts), filesInMore);
  if (left > 0)
    lines.push(`${count(left)} programs in ${count(rest.length + moreTrees)} other trees not listed`);
  return lines;
}

function sum(parts: readonly RollUp[]): number {
  return parts.reduce((total, { files }) => total + files, 0);
}

function count(number: number): string {
  return number.toLocaleString('en');
}
