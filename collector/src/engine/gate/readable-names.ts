/** The one database whose tables and views readers may name; it is also their default database. */
export const readerDatabase = 'fleetmeter';

/**
 * Tables of `system` that clients need for auto-completion and that hold no data of ours. Those with a filter
 * show only the reader's database; the filter is enforced by the engine, below every alias, join and view.
 */
export const systemTables = new Map<string, string | undefined>([
  ['one', undefined],
  ['numbers', undefined],
  ['databases', `name = '${readerDatabase}'`],
  ['tables', `database = '${readerDatabase}'`],
  ['columns', `database = '${readerDatabase}'`],
  ['functions', `origin = 'System'`],
  ['formats', undefined],
  ['data_type_families', undefined],
  ['time_zones', undefined],
  ['build_options', undefined],
]);

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
