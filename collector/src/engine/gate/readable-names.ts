/** The one database whose tables and views readers may name; it is also their default database. */
export const readerDatabase = 'fleetmeter';

/** Whose tables and views may be named. */
export type ReadableDatabases = ReadonlySet<string>;

export const readerDatabases: ReadableDatabases = new Set([readerDatabase]);
/** For questions about persons, which only the collector may pass on: it has logged them. */
export const personDatabases: ReadableDatabases = new Set([readerDatabase, 'fleetmeter_person']);

/**
 * Tables of `system` that clients need for auto-completion and that hold no data of ours. Of those with a column here only
 * rows of readable databases show; the filter is enforced by the engine, below every alias, join and view.
 */
export const systemTables = new Map<string, string | undefined>([
  ['one', undefined],
  ['numbers', undefined],
  ['databases', 'name'],
  ['tables', 'database'],
  ['columns', 'database'],
  ['functions', undefined],
  ['formats', undefined],
  ['data_type_families', undefined],
  ['time_zones', undefined],
  ['build_options', undefined],
]);

/** A condition for each table of `system` of which not all rows show. */
export function systemFilters(databases: ReadableDatabases): Map<string, string> {
  const listed = [...databases].map((name) => `'${name}'`).join(', ');
  const filters = new Map([['functions', `origin = 'System'`]]);
  for (const [table, column] of systemTables)
    if (column !== undefined) filters.set(table, `${column} IN (${listed})`);
  return filters;
}

/** Table functions that make rows out of their arguments alone. */
export const tableFunctions = new Set(['numbers', 'zeros', 'values', 'generateSeries', 'generate_series']);

/**
 * Output formats that only format: none of them reads a schema file or takes templates from a path. Not here on
 * purpose: JSONColumns, JSONColumnsWithMetadata, JSONCompactColumns and ORC gather a result outside of the query's
 * memory limit (2 GB where it was 0.5), and when that fails the query never ends.
 */
export const outputFormats = new Set([
  'JSON',
  'JSONStrings',
  'JSONCompact',
  'JSONCompactStrings',
  'JSONObjectEachRow',
  'JSONEachRow',
  'JSONLines',
  'NDJSON',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactEachRowWithNames',
  'JSONCompactEachRowWithNamesAndTypes',
  'JSONCompactStringsEachRow',
  'JSONCompactStringsEachRowWithNames',
  'JSONCompactStringsEachRowWithNamesAndTypes',
  'PrettyJSONEachRow',
  'CSV',
  'CSVWithNames',
  'CSVWithNamesAndTypes',
  'TSV',
  'TSVRaw',
  'TSVWithNames',
  'TSVWithNamesAndTypes',
  'TabSeparated',
  'TabSeparatedRaw',
  'TabSeparatedWithNames',
  'TabSeparatedWithNamesAndTypes',
  'Pretty',
  'PrettyCompact',
  'PrettyCompactMonoBlock',
  'PrettySpace',
  'PrettyNoEscapes',
  'PrettyCompactNoEscapes',
  'Vertical',
  'Markdown',
  'Values',
  'TSKV',
  'XML',
  'Native',
  'RowBinary',
  'RowBinaryWithNames',
  'RowBinaryWithNamesAndTypes',
  'Parquet',
  'Arrow',
  'ArrowStream',
  'Avro',
  'MsgPack',
  'BSONEachRow',
  'Null',
]);
