/**
 * Where the page is, in the address behind `#`: `#/applications/0123…?search=…`. So every view has an address
 * that can be sent to a colleague, and the back key does what it says.
 */
import { useSyncExternalStore } from 'react';

export type View = 'applications' | 'executables' | 'devices' | 'pipeline';
export const VIEWS: readonly View[] = ['applications', 'executables', 'devices', 'pipeline'];

export interface Route {
  view: View;
  /** 16 hex digits when one thing is looked at. */
  id: string | undefined;
  query: URLSearchParams;
}

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view, id] = path.split('/');
  return {
    view: VIEWS.find((known) => known === view) ?? 'applications',
    id: id && /^[0-9a-f]{16}$/.test(id) ? id : undefined,
    query: new URLSearchParams(query),
  };
}

/** The device of which an application's evidence is looked at. */
export function deviceOf({ view, id, query }: Route): string | undefined {
  const device = query.get('device');
  return view === 'applications' && id && device && /^[0-9a-f]{16}$/.test(device) ? device : undefined;
}

export function hashOf({
  view,
  id,
  query,
}: {
  view: View;
  id?: string | undefined;
  query?: URLSearchParams;
}): string {
  const path = id === undefined ? `#/${view}` : `#/${view}/${id}`;
  return query?.size ? `${path}?${query}` : path;
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}

/** Without a new entry in the history: for every letter of a search. */
export function replaceHash(hash: string): void {
  history.replaceState(history.state, '', hash);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

const lists = new Map<View, string>();

/** Called with every route: a list is left with its search, its order and its page. */
export function rememberList({ view, id, query }: Route): void {
  if (id === undefined) lists.set(view, hashOf({ view, query }));
}

/** The list of a view as it was left. */
export function listHash(view: View): string {
  return lists.get(view) ?? hashOf({ view });
}
