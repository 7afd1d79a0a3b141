/** The source files of the repository and what they import. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const repository = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** Path in the repository. */
  path: string;
  /** Test files and what only they use; the rules are about the product. */
  forTests: boolean;
  code: string;
  imports: SourceImport[];
}

export interface SourceImport {
  /** A path in the repository, or the name of a package or built-in. */
  target: string;
  typesOnly: boolean;
}

const FOLDERS = ['proto', 'agent', 'collector', 'packaging', 'test'];
const SOURCE = /\.(?:ts|tsx|mjs)$/;
const FOR_TESTS =
  /\.test\.tsx?$|\/(?:fixtures|fakes)\/|\/(?:[\w-]+-)?(?:under-test|scripted-[\w-]+|fake-[\w-]+)\.ts$/;

export function readSources(): SourceFile[] {
  return FOLDERS.flatMap((folder) => filesBelow(folder)).map((path) => {
    const code = withoutComments(readFileSync(join(repository, path), 'utf8'));
    return {
      path,
      forTests: FOR_TESTS.test(path) || path.startsWith('test/'),
      code,
      imports: importsOf(path, code),
    };
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'dist', 'generated', 'results'].includes(name))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(path) : SOURCE.test(entry.name) ? [path] : [];
    });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1');
}

const STATIC = /^[ \t]*(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]/gm;
const BARE = /^[ \t]*import\s+['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;
/** Workers and child programs are files of ours too. */
const BY_URL = /new URL\(\s*['"](\.[^'"]+\.(?:ts|mjs))['"]\s*,\s*import\.meta\.url/g;

export function importsOf(path: string, code: string): SourceImport[] {
  const found = [...code.matchAll(STATIC)].map(([, type, target]) => ({
    target,
    typesOnly: type !== undefined,
  }));
  for (const pattern of [BARE, DYNAMIC, BY_URL])
    found.push(...[...code.matchAll(pattern)].map(([, target]) => ({ target, typesOnly: false })));
  return found.map(({ target, typesOnly }) => ({ target: resolved(path, target as string), typesOnly }));
}

function resolved(path: string, target: string): string {
  if (!target.startsWith('.')) return target;
  const file = join(repository, dirname(path), target);
  return relative(repository, file).replaceAll('\\', '/');
}
