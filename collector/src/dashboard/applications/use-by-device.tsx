/** Whose licence can be taken back: devices with the state of the application on each, and how many are in which. */
import type { DeviceUseRow, UseByDevice, UseStateCount } from '../../admin/answers.ts';
import { Facts } from '../facts.tsx';
import { SELDOM_MS, useLive } from '../live/use-live.ts';
import { hashOf, replaceHash } from '../route/route.ts';
import { Choice } from '../table/choice.tsx';
import { DataTable, type Sorting } from '../table/data-table.tsx';
import { Pager } from '../table/pager.tsx';
import { counted } from '../text/quantities.ts';
import { columnsOfUse } from './use-columns.tsx';
import { REASONS } from './use-state.tsx';

const ROWS_OF_A_PAGE = 100;
const BY_DEFAULT: Sorting = { by: 'state', order: 'asc' };
const CHOICES: readonly [string, string][] = [
  ['all', 'All devices'],
  ['not used', 'Not used'],
  ['unknown', 'Unknown'],
  ['used', 'Used'],
];

interface UseByDeviceProps {
  id: string;
  /** Of the address: `state`, `sort`, `order` and `page` are of this list. */
  query: URLSearchParams;
  today: string;
}

export function UseByDeviceList({ id, query, today }: UseByDeviceProps) {
  const state = query.get('state') ?? 'all';
  const sorting = sortingOf(query);
  const page = Math.max(1, Math.trunc(Number(query.get('page') ?? 1)) || 1);
  const asked = new URLSearchParams({
    ...{ state, sort: sorting.by, order: sorting.order, limit: String(ROWS_OF_A_PAGE) },
    offset: String((page - 1) * ROWS_OF_A_PAGE),
  });
  const { answer } = useLive<UseByDevice>(`/api/applications/${id}/use?${asked}`, SELDOM_MS);
  const change = (changes: Record<string, string>) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === '') next.delete(name);
      else next.set(name, value);
    }
    replaceHash(hashOf({ view: 'applications', id, query: next }));
  };
  return (
    <section aria-labelledby="use-by-device">
      <div className="list-head">
        <h2 id="use-by-device">Who uses it, and who does not</h2>
        <Choice
          label="Devices that are"
          values={CHOICES}
          chosen={state}
          onChoose={(value) => change({ state: value === 'all' ? '' : value, page: '' })}
        />
      </div>
      {!answer ? (
        <p className="quiet">Loading…</p>
      ) : (
        <>
          <States states={answer.states} />
          {answer.rows.length === 0 ? (
            <p className="quiet">
              No devices are so.{' '}
              {page > 1 && (
                <button type="button" className="plain" onClick={() => change({ page: '' })}>
                  First page
                </button>
              )}
            </p>
          ) : (
            <div className="sheet">
              <DataTable
                caption="Devices by whether they use it"
                columns={columnsOfUse(id, today)}
                rows={answer.rows}
                rowKey={({ device_id }: DeviceUseRow) => device_id}
                sorting={sorting}
                onSort={({ by, order }) => change({ sort: by, order, page: '' })}
              />
            </div>
          )}
          <Pager
            page={page}
            rowsOfAPage={ROWS_OF_A_PAGE}
            total={answer.total}
            onPage={(next) => change({ page: next === 1 ? '' : String(next) })}
          />
        </>
      )}
    </section>
  );
}

function States({ states }: { states: readonly UseStateCount[] }) {
  const devices = (which: UseStateCount['state']): number =>
    states.filter(({ state }) => state === which).reduce((sum, state) => sum + state.devices, 0);
  const facts: [string, string][] = [
    ['Not used', counted(devices('not used'))],
    ['Used', counted(devices('used'))],
    ['Unknown', counted(devices('unknown'))],
  ];
  const unknown = states.flatMap(({ reason, devices: count }) => (reason === '' ? [] : [{ reason, count }]));
  return (
    <>
      <Facts facts={facts} />
      <p className="quiet explained">
        Used: on at least two of the last 90 days. Not used is said only where it was looked at: the device
        was observed for at least 80 % of the time it was on, and somebody was at it on at least 20 days.
        {unknown.length > 0 && ' Unknown means that nothing can be said, and so nothing is to be taken back:'}
      </p>
      {unknown.length > 0 && (
        <ul className="quiet reasons">
          {unknown.map(({ reason, count }) => (
            <li key={reason}>
              {counted(count)} {reason}: {REASONS[reason]}.
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function sortingOf(query: URLSearchParams): Sorting {
  const by = query.get('sort');
  const known = columnsOfUse('', '').some(({ key, sort }) => sort && key === by);
  if (by === null || !known) return BY_DEFAULT;
  return { by, order: query.get('order') === 'desc' ? 'desc' : 'asc' };
}
