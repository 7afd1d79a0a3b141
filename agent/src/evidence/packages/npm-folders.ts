/**
 * Tools installed with `npm install -g` and its like, by any of the usual ways to have several versions of Node: the
 * outermost package of a global `node_modules`, told by its `package.json`. What it depends on is part of it. Pure.
 */
import type { PackageOwner } from '../package-owner.ts';
import type { FolderKind } from './folder-owners.ts';
import { withoutMailAddress } from './vendor-name.ts';

/** npm has PREFIX/lib/node_modules, yarn …/yarn/global/node_modules, pnpm a store beside the links that it makes. */
const FOLDER =
  /^(.*?\/(?:lib|yarn\/global|pnpm\/global\/\d+(?:(?:\/node_modules)?\/\.pnpm\/[^/]+)?)\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\//;
const NAME = /^(?:@[\w~.-]{1,100}\/)?[\w~.-]{1,214}$/;
const VERSION = /^[\w.+-]{1,256}$/;

export const NPM_FOLDERS: FolderKind = {
  manager: 'npm',
  locate(path) {
    if (!path.includes('/node_modules/')) return [];
    const folder = FOLDER.exec(path)?.[1];
    if (folder === undefined) return [];
    return [{ file: `${folder}/package.json`, describe: (file) => npmOwner(file.toString('utf8')) }];
  },
};

/** undefined also for a package marked private: it was never published, so its name would tell of somebody's work. */
export function npmOwner(text: string): PackageOwner | undefined {
  const json = parsed(text);
  const { name, version, author, private: unpublished } = json;
  if (typeof name !== 'string' || typeof version !== 'string' || unpublished) return undefined;
  if (!NAME.test(name) || !VERSION.test(version)) return undefined;
  return { manager: 'npm', name, version, vendor: authorName(author) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** `Ada Lovelace <ada@example.org> (https://example.org)`, or an object with a name. */
function authorName(author: unknown): string | undefined {
  const text = typeof author === 'object' && author !== null ? (author as { name?: unknown }).name : author;
  if (typeof text !== 'string' || text.length > 1000) return undefined;
  return withoutMailAddress(text.replace(/\([^)]*\)/g, ' '));
}
