import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from '../engine-error.ts';
import { plainName } from '../sql-literal.ts';

/** What the URL (and a few headers) of a request say, apart from credentials. */
export interface RequestParameters {
  query: string | undefined;
  queryId: string | undefined;
  database: string | undefined;
  defaultFormat: string | undefined;
  /** Values for `{name:Type}` by name, escaped as the client sent them. */
  parameters: Map<string, string>;
  settings: Map<string, string>;
  compressResponse: boolean;
}

/** Accepted for clients that always send them; every request here is a session of its own. */
const ignored = new Set([
  'user',
  'password',
  'session_id',
  'session_timeout',
  'session_check',
  'quota_key',
  'stacktrace',
  'client_protocol_version',
  'close_session',
]);

const maxQueryIdLength = 200;

/** Pure. A name that appears twice is refused: two readers of the same URL must not see two requests. */
export function requestParameters(url: URLSearchParams, headers: IncomingHttpHeaders): RequestParameters {
  const seen = new Set<string>();
  const taken = new Map<string, string>();
  const parameters = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of url) {
    if (seen.has(name)) throw badRequest(`${name.slice(0, 100)} is given twice in the URL.`);
    seen.add(name);
    if (ignored.has(name)) continue;
    if (name === 'role') throw badRequest('There are no roles here: leave role out.');
    if (name === 'compress' || name === 'decompress') {
      if (value !== '0')
        throw badRequest(`${name} is not supported; use Content-Encoding or Accept-Encoding.`);
      continue;
    }
    if (['query', 'query_id', 'database', 'default_format'].includes(name)) taken.set(name, value);
    else if (name.startsWith('param_')) parameters.set(checkedName(name.slice('param_'.length)), value);
    else settings.set(checkedName(name), value);
  }
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const queryId = taken.get('query_id');
  if (queryId !== undefined && (queryId.length > maxQueryIdLength || !/^[\x21-\x7e]*$/.test(queryId))) {
    throw badRequest(`query_id may have ${maxQueryIdLength} printable characters without spaces.`);
  }
  return {
    query: taken.get('query'),
    queryId: queryId === '' ? undefined : queryId,
    database: taken.get('database') ?? header('x-clickhouse-database'),
    defaultFormat: formatName(taken.get('default_format') ?? header('x-clickhouse-format')),
    parameters,
    settings,
    compressResponse: settings.get('enable_http_compression') === '1',
  };
}

function checkedName(name: string): string {
  if (!plainName.test(name)) throw badRequest(`${JSON.stringify(name.slice(0, 100))} is not a plain name.`);
  return name;
}

function formatName(name: string | undefined): string | undefined {
  if (name !== undefined && !plainName.test(name)) throw badRequest('default_format is not a plain name.');
  return name === '' ? undefined : name;
}
