import {
  allowedAggregates,
  allowedFunctions,
  combinators,
  functionsWithoutArguments,
} from './allowed-functions.ts';
import { type ReadableDatabases, readerDatabases, systemTables, tableFunctions } from './readable-names.ts';
import { type SyntaxNode, syntaxTree } from './syntax-tree.ts';

/**
 * Kinds of nodes a reader's SELECT may consist of. Anything the engine may invent later is refused until
 * somebody has thought about it. Not here on purpose: `Set` (SETTINGS hide their values from the tree),
 * `ColumnsApplyTransformer` (the tree does not show which function is applied), `QueryParameter`.
 */
const nodeKinds = new Set([
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'ExpressionList',
  'Identifier',
  'TableIdentifier',
  'Function',
  'Literal',
  'Asterisk',
  'QualifiedAsterisk',
  'Subquery',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'TableExpression',
  'TableJoin',
  'ArrayJoin',
  'OrderByElement',
  'WithElement',
  'WindowListElement',
  'WindowDefinition',
  'SampleRatio',
  'InterpolateElement',
  'ColumnsRegexpMatcher',
  'ColumnsListMatcher',
  'ColumnsTransformerList',
  'ColumnsExceptTransformer',
  'ColumnsReplaceTransformer',
  'ColumnsReplaceTransformer::Replacement',
]);

/** Functions whose last argument may be the name of a table. */
const membership = /^(?:global)?(?:not)?(?:null)?in(?:ignoreset)?$/i;

/** Databases that nobody names anywhere unless he may read them, not even as an alias: in doubt the statement is refused. */
const foreignDatabase = /^`?(system|default|information_schema|_temporary\w*|fleetmeter_\w+)`?\./i;

/**
 * Why a reader may not run the SELECT with this syntax tree, or undefined when it may. Pure. Sound because a
 * reader's session has `fleetmeter` as its default database: an unqualified name can only mean a table there,
 * or a CTE, alias or column of the same statement, whose own parts are judged like all others.
 */
export function syntaxRefusal(
  treeText: string,
  engineFunctions: ReadonlySet<string>,
  databases: ReadableDatabases = readerDatabases,
): string | undefined {
  const root = syntaxTree(treeText);
  if (!root) return 'its syntax tree cannot be read';
  if (root.kind !== 'SelectWithUnionQuery') return `it is a ${root.kind}, and readers may only SELECT`;
  if (root.children.length !== 1 || root.children[0]?.kind !== 'ExpressionList') {
    return 'it has a clause after the SELECT (SETTINGS, INTO OUTFILE) that readers may not use';
  }
  return nodeRefusal(root, undefined, { engineFunctions, databases });
}

interface Allowed {
  engineFunctions: ReadonlySet<string>;
  databases: ReadableDatabases;
}

function nodeRefusal(node: SyntaxNode, parent: SyntaxNode | undefined, allowed: Allowed): string | undefined {
  const own =
    ownRefusal(node, parent, allowed.databases) ?? functionNameRefusal(node, allowed.engineFunctions);
  if (own !== undefined) return own;
  for (const child of node.children) {
    const reason = nodeRefusal(child, node, allowed);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function ownRefusal(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  databases: ReadableDatabases,
): string | undefined {
  if (!nodeKinds.has(node.kind)) {
    if (node.kind === 'Set') return 'readers may not use SETTINGS';
    if (node.kind === 'ColumnsApplyTransformer') return 'readers may not use APPLY';
    return `its syntax tree holds ${node.kind}, which is not on the list of what readers may use`;
  }
  if (node.kind === 'TableIdentifier') return tableRefusal(node, databases);
  const foreign = node.kind === 'Identifier' ? foreignDatabase.exec(node.detail)?.[1] : undefined;
  if (foreign !== undefined && !databases.has(foreign)) {
    return `the name ${node.detail} begins like a database that readers may not read`;
  }
  if (node.kind === 'Function') {
    return parent?.kind === 'TableExpression' ? tableFunctionRefusal(node) : functionRefusal(node, databases);
  }
  return undefined;
}

/** Names with other characters are refused: an engine that runs without a server takes some for files. */
const tableDetail = /^(\w[\w -]*?)(?:\.(\w[\w -]*?))?(?: \(alias .*\))?$/s;

function tableRefusal(node: SyntaxNode, databases: ReadableDatabases): string | undefined {
  const [, first, second] = tableDetail.exec(node.detail) ?? [];
  if (first === undefined) return `the table name ${node.detail} cannot be told apart`;
  return nameRefusal(second === undefined ? undefined : first, second ?? first, databases);
}

/** Also used for the tables of DESCRIBE, EXISTS and SHOW CREATE. */
export function nameRefusal(
  database: string | undefined,
  table: string,
  databases: ReadableDatabases,
): string | undefined {
  if (database === undefined || databases.has(database)) return undefined;
  if (database === 'system' && systemTables.has(table)) return undefined;
  return `readers may not read ${database}.${table}; they may read the database ${[...databases].join(' and ')}`;
}

/**
 * `arrayMap(file, paths)` calls a function through its bare name, also through an alias of that name. So a bare
 * name that the engine knows as a function must be one that readers may call, or one without arguments, which
 * cannot be called this way and is a likely name of a column.
 */
function functionNameRefusal(node: SyntaxNode, engineFunctions: ReadonlySet<string>): string | undefined {
  if (node.kind !== 'Identifier') return undefined;
  const name = bareName(node).toLowerCase();
  if (!engineFunctions.has(name) || callAllowed(name) || functionsWithoutArguments.has(name))
    return undefined;
  return `the name ${name} is also a function that readers may not use; write a column of that name as table.${name}`;
}

/** The name without its alias. Cut by position: an expression that searches backwards could be kept busy. */
function bareName(node: SyntaxNode): string {
  const alias = node.detail.indexOf(' (alias ');
  return alias < 0 ? node.detail : node.detail.slice(0, alias);
}

/** Scalar function, aggregate or table function on the lists. Takes lower case. */
export function callAllowed(name: string): boolean {
  return allowedFunctions.has(name) || aggregateAllowed(name) || lowerTableFunctions.has(name);
}

const lowerTableFunctions = new Set([...tableFunctions].map((name) => name.toLowerCase()));

const functionDetail = /^(\w+)(?: \(alias .*\))?(?: \(children \d+\))?$/s;

function functionRefusal(node: SyntaxNode, databases: ReadableDatabases): string | undefined {
  const name = functionDetail.exec(node.detail)?.[1];
  if (name === undefined) return `the function name ${node.detail} cannot be told apart`;
  if (!functionAllowed(name)) {
    return `the function ${name} is not on the list of functions readers may use`;
  }
  if (casts.test(name)) return typeRefusal(node.children[0]?.children[1]);
  return membership.test(name) ? membershipRefusal(node, databases) : undefined;
}

/** Functions whose second argument is the name of a type and whose first is parsed as a value of it. */
const casts = /^(?:_?cast|accuratecast(?:ornull|ordefault)?)$/i;

/** A backslash in the name of a type (two in the tree) could spell the same word. */
const stateType = /(?<!Simple)AggregateFunction|\\\\/i;

/**
 * A state of an aggregate function that was made by hand can crash the engine, or worse: it takes states for its
 * own work and does not check all of them. A type that is computed could be any type.
 */
function typeRefusal(type: SyntaxNode | undefined): string | undefined {
  if (type?.kind !== 'Literal') return 'the name of a type has to be written out';
  if (!stateType.test(type.detail)) return undefined;
  return 'readers may not make states of aggregate functions, nor use types with a backslash in the name';
}

/** `x IN name` reads the table of that name, and the engine's filters on system tables are not proven there. */
function membershipRefusal(node: SyntaxNode, databases: ReadableDatabases): string | undefined {
  const target = node.children[0]?.children.at(-1);
  if (target?.kind !== 'Identifier' && target?.kind !== 'TableIdentifier') return undefined;
  const name = bareName(target);
  const [, database] = /^(?:(\w+)\.)?\w[\w -]*$/.exec(name) ?? [undefined, ''];
  if (database === undefined || databases.has(database)) return undefined;
  return `IN ${name} could mean a table that readers may not read`;
}

function tableFunctionRefusal(node: SyntaxNode): string | undefined {
  const name = functionDetail.exec(node.detail)?.[1];
  if (name === undefined || !tableFunctions.has(name)) {
    return `the table function ${name ?? node.detail} is not on the list of table functions readers may use`;
  }
  // `values('a UInt8', (1))`: a first text names the types. A call there is a row, a name may stand for a text.
  const first = node.children[0]?.children[0];
  return name === 'values' && first?.kind !== 'Function' ? typeRefusal(first) : undefined;
}

function functionAllowed(name: string): boolean {
  const lower = name.toLowerCase();
  return allowedFunctions.has(lower) || aggregateAllowed(lower);
}

/** `sumIfOrNull` is `sum` with two combinators: peel them until a listed aggregate remains. */
const longestName = 128;

function aggregateAllowed(name: string): boolean {
  if (name.length > longestName) return false;
  if (allowedAggregates.has(name)) return true;
  return combinators.some(
    (suffix) => name.endsWith(suffix) && aggregateAllowed(name.slice(0, -suffix.length)),
  );
}
