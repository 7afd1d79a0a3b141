import { randomUUID } from 'node:crypto';
import type { EngineResult, EngineSession } from '../engine-database.ts';
import { denied, lockedOut, resultTooLarge, settingDenied } from '../engine-error.ts';
import type { EngineLimits } from '../engine-limits.ts';
import { type ReadableDatabases, readerDatabase, systemFilters } from '../gate/readable-names.ts';
import { passGate } from '../gate/reader-gate.ts';
import { readerSettings } from '../gate/reader-settings.ts';
import { formatRefusal } from '../gate/statement-verdict.ts';
import type { QueryKiller } from '../query-killer.ts';
import { sqlString } from '../sql-literal.ts';
import type { LockOuts } from './lock-outs.ts';
import { statementShape } from './statement-shape.ts';

export interface StatementRequest {
  text: Buffer;
  parameters: ReadonlyMap<string, string>;
  settings: ReadonlyMap<string, string>;
  database: string | undefined;
  defaultFormat: string | undefined;
}

/** What judges and bounds the statements of readers. */
export interface ReaderBounds {
  limits: EngineLimits;
  /** Every function that the engine knows, in lower case. */
  functions: ReadonlySet<string>;
  killer: QueryKiller;
  lockOuts: LockOuts;
  /** What who asks may name. */
  databases: ReadableDatabases;
}

export interface StatementResult extends EngineResult {
  format: string;
}

/** Once per session: the engine's defaults, narrowed for everything that will ever run on it. */
export async function prepareReaderSession(session: EngineSession, limits: EngineLimits): Promise<void> {
  await session.run(
    `SET max_query_size = ${limits.readerTextBytes * 4 + 65_536}, max_execution_time = ${limits.readerExecutionSeconds}, max_memory_usage = ${limits.readerMemoryBytes}, max_ast_depth = 500, max_ast_elements = 20000, max_expanded_ast_elements = 100000`,
  );
  await session.run(`USE ${readerDatabase}`);
  session.database = readerDatabase;
}

/** Judge and run what a reader sent; `sender` is its shape (statement-shape.ts). Throws EngineError when it is refused or fails. */
export async function runReaderQuery(
  session: EngineSession,
  request: StatementRequest,
  sender: string,
  { limits, functions, killer, lockOuts, databases }: ReaderBounds,
  signal: AbortSignal,
): Promise<StatementResult> {
  const settings = judgeRequest(request);
  const passed = await passGate(session, request.text, request.parameters, functions, databases);
  const suspect = { statement: statementShape(passed.text), sender };
  const refused = lockOuts.refusalOfStatement(suspect.statement, Date.now());
  if (refused) throw lockedOut(refused.reason, refused.retryAfterSeconds);
  const format = passed.format ?? request.defaultFormat ?? 'TabSeparated';
  const mark = randomUUID();
  const sql = `${passed.text} FORMAT ${format} ${settingsClause(settings, limits, mark, databases)}`;
  const deadline = {
    // A little later than the engine's own limit, whose error says more.
    afterMs: limits.readerExecutionSeconds * 1000 + 2_000,
    graceMs: limits.readerGraceMs,
    onLate: () => lockOuts.isLate(suspect),
  };
  const result = await killer
    .guard(signal, mark, () => session.run(sql), deadline)
    .finally(() => lockOuts.settled(suspect));
  if (result.bytes.length > limits.readerResultBytes) {
    throw resultTooLarge(
      `The result has ${result.bytes.length} bytes and readers get at most ${limits.readerResultBytes}; add a LIMIT or a WHERE.`,
    );
  }
  return { ...result, format };
}

function judgeRequest(request: StatementRequest): Map<string, string> {
  const { database } = request;
  if (database !== undefined && database !== readerDatabase && database !== 'default') {
    throw denied(`Readers may use the database ${readerDatabase}, not ${database}.`);
  }
  const formatReason = formatRefusal(request.defaultFormat);
  if (formatReason !== undefined) throw denied(`This request is refused for readers: ${formatReason}.`);
  const verdict = readerSettings(request.settings);
  if (!verdict.allowed) {
    throw settingDenied(
      `Readers may not set ${verdict.name}, or not to this value: only settings that change how a result is written are open to them.`,
    );
  }
  return verdict.settings;
}

/** `readonly` and the limits are ours alone: the gate has refused every SETTINGS clause before. */
function settingsClause(
  settings: ReadonlyMap<string, string>,
  limits: EngineLimits,
  mark: string,
  databases: ReadableDatabases,
): string {
  const filters = [...systemFilters(databases)].map(
    ([table, filter]) => `${sqlString(`system.${table}`)}: ${sqlString(filter)}`,
  );
  const clauses = [
    ...[...settings].map(([name, value]) => `${name} = ${sqlString(value)}`),
    `log_comment = ${sqlString(mark)}`,
    `additional_table_filters = {${filters.join(', ')}}`,
    `max_execution_time = ${limits.readerExecutionSeconds}`,
    `max_memory_usage = ${limits.readerMemoryBytes}`,
    `max_threads = ${limits.readerThreads}`,
    `max_result_rows = ${limits.readerResultRows}`,
    `max_result_bytes = ${limits.readerResultBytes}`,
    "result_overflow_mode = 'throw'",
    "timeout_overflow_mode = 'throw'",
    // Readers yield the processor to inserts: a nice value needs no privilege when it is positive.
    'os_thread_priority = 15',
    // One device of a million: its rows are found by their key, though the key comes out of another table.
    'enable_join_runtime_filters_index_analysis = 1',
    'use_query_cache = 0',
    'allow_ddl = 0',
    'allow_introspection_functions = 0',
    'readonly = 1',
  ];
  return `SETTINGS ${clauses.join(', ')}`;
}
