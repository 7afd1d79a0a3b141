/** How many had the application in use at once, by day; nothing where no times of day are told of it. */
import type { UseAtOnce } from '../../admin/answers.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { counted, dayInWords } from '../text/quantities.ts';
import { ExclusionMark } from './exclusion.tsx';

export function UseAtOnceList({ days, today }: { days: readonly UseAtOnce[]; today: string }) {
  if (days.length === 0) return null;
  return (
    <section aria-labelledby="use-at-once">
      <h2 id="use-at-once">Used at once</h2>
      <p className="quiet">
        Most devices and users within the same five minutes of a day, told by so many of the devices that used
        it. Where these are not all, it was at least so many.
      </p>
      <div className="sheet">
        <DataTable
          caption="Used at once"
          columns={columns(today)}
          rows={days.toReversed()}
          rowKey={({ day }) => day}
        />
      </div>
    </section>
  );
}

function columns(today: string): Column<UseAtOnce>[] {
  return [
    { key: 'day', title: 'Day (UTC)', cell: ({ day }) => dayInWords(day, today) },
    {
      key: 'devices',
      title: 'Devices',
      numeric: true,
      cell: ({ peak_devices, devices_in_order, devices_used }) =>
        `${devices_in_order < devices_used ? '≥ ' : ''}${counted(peak_devices)}`,
    },
    {
      key: 'at',
      title: 'First at (UTC)',
      wideOnly: true,
      cell: ({ peak_devices_at }) =>
        peak_devices_at?.slice(11, 16) ?? <span className="quiet">not shown</span>,
    },
    { key: 'users', title: 'Users', numeric: true, cell: ({ peak_users }) => peak_users },
    {
      key: 'of',
      title: 'Told by',
      cell: ({ devices_in_order, devices_used, stale_since, devices_excluded }) => (
        <>
          {counted(devices_in_order)} of {counted(devices_used)}{' '}
          <ExclusionMark stale_since={stale_since} devices_excluded={devices_excluded} />
        </>
      ),
    },
  ];
}
