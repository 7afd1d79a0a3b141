import type { EngineSession } from '../engine-database.ts';
import { denied, EngineError } from '../engine-error.ts';
import { sqlString, sqlUnhex } from '../sql-literal.ts';
import { canonicalStatement } from './canonical-statement.ts';
import { type ReadableDatabases, readerDatabases } from './readable-names.ts';
import { statementVerdict } from './statement-verdict.ts';
import { syntaxRefusal } from './syntax-verdict.ts';

/** A statement that passed: the text to run, without FORMAT and SETTINGS, which the caller adds. */
export interface PassedStatement {
  text: string;
  format: string | undefined;
}

/** Bounds of the gate's own two questions to the engine. */
const parsing =
  'SETTINGS readonly = 1, max_execution_time = 5, max_memory_usage = 536870912, max_threads = 1, use_query_cache = 0';

/**
 * The order is the security argument:
 * 1. the engine parses the text without running it, refuses several statements and renders it anew;
 * 2. the rendering (never the original) is judged as text: no comments, no files, one of the known shapes;
 * 3. the engine shows the syntax tree of exactly that rendering, and every node and name must be on a list;
 * 4. exactly that rendering is run, under `readonly` and limits.
 * Throws EngineError when refused; parameters must be set on the session by the caller before.
 */
export async function passGate(
  session: EngineSession,
  text: Buffer,
  parameters: ReadonlyMap<string, string>,
  engineFunctions: ReadonlySet<string>,
  databases: ReadableDatabases = readerDatabases,
): Promise<PassedStatement> {
  const canonical = await canonicalText(session, text);
  const verdict = canonicalStatement(canonical);
  if (!verdict.allowed) throw refusal(verdict.reason);
  const { statement } = verdict;
  const shape = statementVerdict(statement, parameters, databases);
  if (shape.kind === 'refused') throw refusal(shape.reason);
  if (shape.kind === 'metadata') return { text: shape.body, format: statement.format };
  await setParameters(session, statement.placeholders, parameters);
  const tree = await session.run(`EXPLAIN AST ${shape.body}`, 'TSVRaw');
  const reason = syntaxRefusal(tree.bytes.toString('utf8'), engineFunctions, databases);
  if (reason !== undefined) throw refusal(reason);
  return { text: shape.prefix + shape.body, format: statement.format };
}

/** All functions that the engine knows, in lower case; once per start, on any session. */
export async function engineFunctions(session: EngineSession): Promise<ReadonlySet<string>> {
  const result = await session.run('SELECT DISTINCT lower(name) FROM system.functions', 'TSVRaw');
  return new Set(result.bytes.toString('utf8').trim().split('\n'));
}

/** The engine's own one-line rendering of exactly one statement. Also used for what the writer sends. */
export async function canonicalText(session: EngineSession, text: Buffer): Promise<string> {
  if (text.includes(0)) throw new EngineError(62, 'SYNTAX_ERROR', 400, 'A statement may not hold NUL bytes.');
  const result = await session.run(
    `SELECT formatQuerySingleLine(${sqlUnhex(text)}) FORMAT RawBLOB ${parsing}`,
  );
  return result.bytes.toString('utf8');
}

/** Set on the session one by one: the binding's own parameters are serialised over the entire process. */
export async function setParameters(
  session: EngineSession,
  placeholders: readonly { name: string }[],
  parameters: ReadonlyMap<string, string>,
): Promise<void> {
  for (const name of new Set(placeholders.map((placeholder) => placeholder.name))) {
    await session.run(`SET param_${name} = ${sqlString(parameters.get(name) ?? '')}`);
  }
}

const refusal = (reason: string) => denied(`This statement is refused for readers: ${reason}.`);
