/** A tree like /usr: many folders of data, some of programs, and folders above them that hold neither. */
import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProgramTree {
  root: string;
  /** Paths of programs. */
  programs: string[];
}

export interface TreeSize {
  files: number;
  folders: number;
  programs: number;
}

/** Folders in a folder. */
const FAN_OUT = 24;
/** Programs in one folder. */
const PROGRAMS_TOGETHER = 25;
/** So that nothing in the tree looks as if it had just been changed. */
const SECONDS_OLD = 86_400 * 30;

export function makeProgramTree(root: string, { files, folders, programs }: TreeSize): ProgramTree {
  const paths = folderPaths(root, folders);
  for (const path of paths) mkdirSync(path, { recursive: true });
  const made: ProgramTree = { root, programs: [] };
  const homes = Math.max(1, Math.ceil(programs / PROGRAMS_TOGETHER));
  for (let number = 0; number < programs; number++) {
    const folder = paths[Math.floor(((number % homes) * paths.length) / homes)] as string;
    const path = join(folder, `program-${number}`);
    writeProgram(path, number, 0);
    made.programs.push(path);
  }
  for (let number = programs; number < files; number++)
    writeFileSync(join(paths[number % paths.length] as string, `data-${number}.txt`), '');
  const old = Date.now() / 1000 - SECONDS_OLD;
  for (const path of [...paths].reverse()) utimesSync(path, old, old);
  return made;
}

/** Replaces all programs, as package managers do: written beside, then renamed over. What they are now, by path. */
export function replacePrograms({ programs }: ProgramTree): Map<string, string> {
  return new Map(
    programs.map((path, number) => {
      const content = writeProgram(`${path}.new`, number, 1);
      renameSync(`${path}.new`, path);
      return [path, content];
    }),
  );
}

/** Its content, which no other program has. */
function writeProgram(path: string, number: number, version: number): string {
  const content = `#!/bin/sh\n# ${number} ${version}\n`;
  writeFileSync(path, content, { mode: 0o755 });
  return content;
}

function folderPaths(root: string, count: number): string[] {
  const paths = [root];
  for (let number = 1; number < count; number++)
    paths.push(join(paths[Math.floor((number - 1) / FAN_OUT)] as string, `folder-${number}`));
  return paths;
}
