import type { CanonicalStatement } from './canonical-statement.ts';
import { outputFormats, type ReadableDatabases, readerDatabase, readerDatabases } from './readable-names.ts';
import { callAllowed, nameRefusal } from './syntax-verdict.ts';

/**
 * What a canonical statement is to the gate. `select` still has to pass `syntaxRefusal` with its own syntax
 * tree; `metadata` is completely described by a pattern; both are run as `prefix + body`.
 */
export type StatementVerdict =
  | { kind: 'select'; prefix: string; body: string }
  | { kind: 'metadata'; body: string }
  | { kind: 'refused'; reason: string };

const name = String.raw`(?:(\w+)\.)?(\w+|${'`'}[^${'`'}]+${'`'})`;
const like = String.raw`(?: (?:NOT )?I?LIKE '(?:[^'\\]|\\.)*')?(?: LIMIT \d+)?`;
const metadata = [
  new RegExp(`^SHOW TABLES(?: FROM ${readerDatabase})?${like}$`, 's'),
  new RegExp(`^SHOW DATABASES${like}$`, 's'),
  new RegExp(`^EXISTS DATABASE ${readerDatabase}$`),
];
const metadataOfTable = [
  new RegExp(`^DESCRIBE TABLE ${name}$`),
  new RegExp(`^SHOW CREATE (?:TABLE|VIEW) ${name}$`),
  new RegExp(`^EXISTS (?:TABLE|VIEW) ${name}$`),
];
const explain = /^EXPLAIN (?:(?:AST|SYNTAX|PLAN|PIPELINE|QUERY TREE|ESTIMATE) )?(?=SELECT |WITH )/;
/** Keywords that the engine renders like functions. */
const callLikeSyntax = new Set(['columns']);
const select = /^(?:SELECT|WITH|\() ?/;

/** Pure. Everything that is not one of the few allowed shapes is refused before the engine sees it again. */
export function statementVerdict(
  statement: CanonicalStatement,
  parameters: ReadonlyMap<string, string>,
  databases: ReadableDatabases = readerDatabases,
): StatementVerdict {
  const reason = formatRefusal(statement.format) ?? placeholderRefusal(statement, parameters);
  if (reason !== undefined) return { kind: 'refused', reason };
  const { body } = statement;
  const prefix = explain.exec(body)?.[0] ?? '';
  if (select.test(body.slice(prefix.length))) {
    // The syntax tree is the judge of calls; this catches what some node may keep out of the tree.
    const call = statement.calls.find((name) => !callAllowed(name) && !callLikeSyntax.has(name));
    if (call !== undefined) {
      return {
        kind: 'refused',
        reason: `the function ${call} is not on the list of functions readers may use`,
      };
    }
    return { kind: 'select', prefix, body: body.slice(prefix.length) };
  }
  if (metadata.some((shape) => shape.test(body))) return { kind: 'metadata', body };
  for (const shape of metadataOfTable) {
    const parts = shape.exec(body);
    if (parts?.[2] === undefined) continue;
    const refusal = nameRefusal(parts[1], parts[2], databases);
    return refusal === undefined ? { kind: 'metadata', body } : { kind: 'refused', reason: refusal };
  }
  return {
    kind: 'refused',
    reason: `a statement that begins "${body.slice(0, 40)}" is not one of SELECT, EXPLAIN SELECT, SHOW TABLES, SHOW CREATE, DESCRIBE TABLE, EXISTS in the forms readers may use`,
  };
}

/** Also the verdict on `default_format`. */
export function formatRefusal(format: string | undefined): string | undefined {
  if (format === undefined || outputFormats.has(format)) return undefined;
  return `the output format ${format} is not on the list of formats readers may use`;
}

/** Parameters carry values. An Identifier parameter would carry a name past every list of names. */
function placeholderRefusal(
  statement: CanonicalStatement,
  parameters: ReadonlyMap<string, string>,
): string | undefined {
  for (const { name: placeholder, type } of statement.placeholders) {
    if (/identifier/i.test(type))
      return `the parameter ${placeholder} is an Identifier; parameters are values`;
    if (!parameters.has(placeholder)) return `no value was sent for the parameter ${placeholder}`;
  }
  return undefined;
}
