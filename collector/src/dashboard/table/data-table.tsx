/** A table whose rows keep their identity over refreshes, so that focus and selection stay where they are. */
import type { Column } from './column.ts';

export interface Sorting {
  by: string;
  order: 'asc' | 'desc';
}

interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
}

export function DataTable<Row>({ caption, columns, rows, rowKey, sorting, onSort }: DataTableProps<Row>) {
  return (
    <table className="data">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) => (
              <td key={column.key} className={classOf(column)} data-column={column.key}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}

function Heading<Row>({ column, sorting, onSort }: HeadingProps<Row>) {
  const { key, title, sort } = column;
  if (!sort || !onSort)
    return (
      <th scope="col" className={classOf(column)}>
        {title}
      </th>
    );
  const present = sorting?.by === key ? sorting.order : undefined;
  const turned = present === 'asc' ? 'desc' : 'asc';
  const spoken = present === 'asc' ? 'ascending' : present === 'desc' ? 'descending' : undefined;
  return (
    <th scope="col" className={classOf(column)} aria-sort={spoken}>
      <button type="button" onClick={() => onSort({ by: key, order: present ? turned : sort })}>
        {title}
        <span className="arrow" aria-hidden="true">
          {present === 'asc' ? '▲' : present === 'desc' ? '▼' : ''}
        </span>
      </button>
    </th>
  );
}

function classOf<Row>({ numeric, wideOnly, widestOnly }: Column<Row>): string | undefined {
  const classes = [numeric && 'number', wideOnly && 'wide-only', widestOnly && 'widest-only']
    .filter(Boolean)
    .join(' ');
  return classes || undefined;
}
