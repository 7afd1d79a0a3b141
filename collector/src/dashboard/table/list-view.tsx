/** A list of the collector: search, sort, pages and the table. Its state stands in the address of the page. */
import type { ReactNode } from 'react';
import type { ListOf } from '../../admin/answers.ts';
import { useLive } from '../live/use-live.ts';
import { hashOf, replaceHash, type View } from '../route/route.ts';
import { of } from '../text/quantities.ts';
import { Choice } from './choice.tsx';
import type { Column } from './column.ts';
import { DataTable, type Sorting } from './data-table.tsx';
import { Pager } from './pager.tsx';
import { SearchBox } from './search-box.tsx';

const ROWS_OF_A_PAGE = 200;

export interface ListViewProps<Row> {
  view: View;
  query: URLSearchParams;
  title: string;
  /** One of them, and several. */
  noun: [string, string];
  searchFor: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  byDefault: Sorting;
  /** Narrows the list by one of a few values; the first is meant when the address says nothing. */
  choice?: { name: string; label: string; values: readonly [value: string, text: string][] };
  /** Shown when there is nothing at all. */
  empty: ReactNode;
}

export function ListView<Row>(props: ListViewProps<Row>) {
  const { view, query, title, noun, searchFor, columns, rowKey, byDefault, choice, empty } = props;
  const search = query.get('search') ?? '';
  const sorting = sortingOf(query, columns, byDefault);
  const chosen = choice ? (query.get(choice.name) ?? choice.values[0]?.[0] ?? '') : '';
  const page = Math.max(1, Math.trunc(Number(query.get('page') ?? 1)) || 1);
  const asked = new URLSearchParams({
    search,
    sort: sorting.by,
    order: sorting.order,
    limit: String(ROWS_OF_A_PAGE),
    offset: String((page - 1) * ROWS_OF_A_PAGE),
  });
  if (choice) asked.set(choice.name, chosen);
  const { answer, outdated } = useLive<ListOf<Row>>(`/api/${view}?${asked}`);
  const change = (changes: Record<string, string>) => {
    const next = new URLSearchParams(query);
    for (const [key, value] of Object.entries(changes)) {
      if (value === '') next.delete(key);
      else next.set(key, value);
    }
    replaceHash(hashOf({ view, query: next }));
  };
  const setSearch = (text: string) => change({ search: text, page: '' });

  return (
    <section aria-labelledby="title">
      <div className="list-head">
        <h1 id="title" tabIndex={-1}>
          {title}
        </h1>
        <p className="total" aria-live="polite">
          {answer && answer.total > 0 && !outdated ? of(answer.total, ...noun) : ''}
        </p>
        {choice && (
          <Choice
            {...choice}
            chosen={chosen}
            onChoose={(value) =>
              change({ [choice.name]: value === choice.values[0]?.[0] ? '' : value, page: '' })
            }
          />
        )}
        <SearchBox label={searchFor} value={search} onChange={setSearch} />
      </div>
      <Rows>
        {answer === undefined ? (
          <p className="empty">Loading…</p>
        ) : answer.rows.length > 0 ? (
          <DataTable
            caption={title}
            columns={columns}
            rows={answer.rows}
            rowKey={rowKey}
            sorting={sorting}
            onSort={({ by, order }) => change({ sort: by, order, page: '' })}
          />
        ) : page > 1 ? (
          <NoMore onFirst={() => change({ page: '' })} />
        ) : search === '' && chosen !== (choice?.values[0]?.[0] ?? '') ? (
          <p className="empty">No {noun[1]} are so.</p>
        ) : search === '' ? (
          empty
        ) : (
          <NoMatch noun={noun[1]} search={search} onClear={() => setSearch('')} />
        )}
      </Rows>
      {answer && (
        <Pager
          page={page}
          rowsOfAPage={ROWS_OF_A_PAGE}
          total={answer.total}
          onPage={(next) => {
            change({ page: next === 1 ? '' : String(next) });
            window.scrollTo({ top: 0 });
          }}
        />
      )}
    </section>
  );
}

function Rows({ children }: { children: ReactNode }) {
  return <div className="sheet">{children}</div>;
}

function NoMatch({ noun, search, onClear }: { noun: string; search: string; onClear: () => void }) {
  return (
    <div className="empty">
      <p>
        No {noun} match <q>{search}</q>.
      </p>
      <button type="button" className="plain" onClick={onClear}>
        Show all {noun}
      </button>
    </div>
  );
}

function NoMore({ onFirst }: { onFirst: () => void }) {
  return (
    <div className="empty">
      <p>The list has become shorter than this page.</p>
      <button type="button" className="plain" onClick={onFirst}>
        First page
      </button>
    </div>
  );
}

function sortingOf<Row>(
  query: URLSearchParams,
  columns: readonly Column<Row>[],
  byDefault: Sorting,
): Sorting {
  const by = query.get('sort');
  if (!columns.some(({ key, sort }) => sort && key === by) || by === null) return byDefault;
  return { by, order: query.get('order') === 'desc' ? 'desc' : 'asc' };
}
