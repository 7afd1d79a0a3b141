import { randomUUID } from 'node:crypto';
import type { EngineResult, EngineSession } from '../engine-database.ts';
import { badRequest, EngineError, resultTooLarge } from '../engine-error.ts';
import type { EngineLimits } from '../engine-limits.ts';
import { canonicalStatement } from '../gate/canonical-statement.ts';
import { setParameters } from '../gate/reader-gate.ts';
import type { QueryKiller } from '../query-killer.ts';
import type { StatementRequest, StatementResult } from '../read/reader-query.ts';
import { plainName, sqlString } from '../sql-literal.ts';
import { sqlTokens } from '../sql-tokens.ts';
import { insertStatement } from './insert-head.ts';
import type { Renderings } from './renderings.ts';
import type { SpooledBody } from './spool.ts';

export async function prepareWriterSession(session: EngineSession, limits: EngineLimits): Promise<void> {
  await session.run(
    `SET max_query_size = ${limits.writerTextBytes * 4 + 65_536}, http_max_tries = 1, async_insert = 0, max_memory_usage = ${limits.writerMemoryBytes}`,
  );
}

/** Any one statement of the writer that brings no data. */
export async function runWriterStatement(
  session: EngineSession,
  request: StatementRequest,
  limits: EngineLimits,
  renderings: Renderings,
  killer: QueryKiller,
  signal: AbortSignal,
): Promise<StatementResult> {
  const canonical = (await renderings.of(session, request.text)).trimEnd();
  if (/^(?:USE|SET) /.test(canonical)) {
    throw badRequest('USE and SET would outlive their request; send `database` or the setting in the URL.');
  }
  if (/^CREATE (?:OR REPLACE )?FUNCTION /.test(canonical)) {
    throw badRequest('Functions of our own would pass the list of functions that readers may use.');
  }
  const format = trailingFormat(canonical) ?? request.defaultFormat ?? 'TabSeparated';
  const result = await withRequestState(session, request, canonical, killer, signal, () =>
    session.run(canonical, format),
  );
  if (result.bytes.length > limits.writerResultBytes) {
    throw resultTooLarge(
      `The result has ${result.bytes.length} bytes; at most ${limits.writerResultBytes} can be sent.`,
    );
  }
  return { ...result, format };
}

/**
 * An INSERT whose data lies in a spooled file. The statement is the engine's own rendering of what was sent,
 * with the file put in; the data is only ever read as data. `rows` of the result are the rows written.
 */
export async function runInsert(
  session: EngineSession,
  request: StatementRequest,
  body: SpooledBody,
  renderings: Renderings,
  killer: QueryKiller,
  signal: AbortSignal,
): Promise<EngineResult> {
  const canonical = await renderings.of(session, request.text);
  const parts = insertStatement(canonical);
  if (!parts) throw badRequest('Data may follow only INSERT INTO table FORMAT name or VALUES.');
  await enterDatabase(session, request);
  await setParameters(session, placeholders(parts.target, request.parameters), request.parameters);
  if (body.bytes === 0) return { bytes: Buffer.alloc(0), rows: 0, rowBytes: 0, seconds: 0 };
  const mark = randomUUID();
  // In the statement and not on the session: nothing to set before and to take back after each insert.
  const settings = [...markedSettings(request, mark)].map(([name, value]) => `${name} = ${sqlString(value)}`);
  const clause = `${parts.settings === '' ? ' SETTINGS' : `${parts.settings},`} ${settings.join(', ')}`;
  const source = `FROM INFILE ${sqlString(body.path)} COMPRESSION 'none'`;
  const sql = `${parts.target} ${source}${clause} FORMAT ${parts.format}`;
  return killer.guard(signal, mark, () => session.run(sql));
}

/** Settings that would keep a shared session from being put back as it was. */
const lasting = ['readonly', 'allow_ddl', 'profile', 'max_query_size', 'log_comment'];

/** Settings, parameters and database of the request, put back afterwards: sessions are shared by requests. */
async function withRequestState<T>(
  session: EngineSession,
  request: StatementRequest,
  canonical: string,
  killer: QueryKiller,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const mark = randomUUID();
  const settings = markedSettings(request, mark);
  await enterDatabase(session, request);
  await setParameters(session, placeholders(canonical, request.parameters), request.parameters);
  try {
    await session.run(
      `SET ${[...settings].map(([name, value]) => `${name} = ${sqlString(value)}`).join(', ')}`,
    );
    return await killer.guard(signal, mark, work);
  } finally {
    await restoreDefaults(session, [...settings.keys()]);
  }
}

/** The request's settings and the mark by which the statement can be killed. */
function markedSettings(request: StatementRequest, mark: string): Map<string, string> {
  for (const name of lasting) {
    if (request.settings.has(name)) {
      throw badRequest(`${name} in the URL could not be taken back afterwards; leave it out.`);
    }
  }
  return new Map([...request.settings, ['log_comment', mark]]);
}

async function enterDatabase(session: EngineSession, request: StatementRequest): Promise<void> {
  const database = request.database ?? 'default';
  if (!plainName.test(database)) throw badRequest(`The database name ${database} is not a plain name.`);
  if (session.database === database) return;
  await session.run(`USE ${database}`);
  session.database = database;
}

/** All at once, or singly when one of them (an unknown name) spoils the list. */
async function restoreDefaults(session: EngineSession, names: readonly string[]): Promise<void> {
  const restore = (some: readonly string[]) =>
    session.run(`SET ${some.map((name) => `${name} = DEFAULT`).join(', ')}`);
  try {
    await restore(names);
  } catch {
    for (const name of names) await restore([name]).catch(() => undefined);
  }
}

/** A parameter left on the session by an earlier request must never answer for one that was not sent. */
function placeholders(canonical: string, sent: ReadonlyMap<string, string>): { name: string }[] {
  const verdict = canonicalStatement(canonical);
  const named = verdict.allowed ? verdict.statement.placeholders : [...sent.keys()].map((name) => ({ name }));
  for (const { name } of named) {
    if (sent.has(name)) continue;
    throw new EngineError(456, 'UNKNOWN_QUERY_PARAMETER', 400, `Substitution \`${name}\` is not set.`);
  }
  return named;
}

function trailingFormat(canonical: string): string | undefined {
  let previous = '';
  let format: string | undefined;
  for (const token of sqlTokens(canonical)) {
    const word = token.kind === 'word' && token.depth === 0 ? canonical.slice(token.start, token.end) : '';
    if (previous === 'FORMAT' && word !== '') format = word;
    previous = word;
  }
  return format;
}
