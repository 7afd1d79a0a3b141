/** Thirty days of use as bars, and the same as a table for those who do not see bars. */
import type { UseOfDay } from '../../admin/answers.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { counted, dayInWords, duration } from '../text/quantities.ts';
import { ExclusionMark, utcMinute } from './exclusion.tsx';

const DAYS = 30;
const MILLISECONDS_A_DAY = 86_400_000;
const WIDTH = 10;
const HEIGHT = 100;

export function UseByDay({ days, today }: { days: readonly UseOfDay[]; today: string }) {
  const used = days.filter(
    ({ seconds, launches, stale_since }) => seconds + launches > 0 || stale_since !== null,
  );
  return (
    <section aria-labelledby="use-by-day">
      <h2 id="use-by-day">Use by day</h2>
      {used.length === 0 ? (
        <p className="quiet">No use was seen in the last {DAYS} days.</p>
      ) : (
        <>
          <Bars days={days} today={today} />
          <details>
            <summary>As a table</summary>
            <div className="sheet">
              <DataTable
                caption="Use by day"
                columns={columns(today)}
                rows={used.toReversed()}
                rowKey={({ day }) => day}
              />
            </div>
          </details>
        </>
      )}
    </section>
  );
}

function Bars({ days, today }: { days: readonly UseOfDay[]; today: string }) {
  const byDay = new Map(days.map((use) => [use.day, use]));
  const dates = Array.from({ length: DAYS }, (_, index) => daysBefore(today, DAYS - 1 - index));
  const most = Math.max(1, ...days.map(({ seconds }) => seconds));
  return (
    <figure className="bars">
      <svg
        viewBox={`0 0 ${DAYS * WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Use in the last ${DAYS} days, at most ${duration(most)} on a day`}
      >
        {dates.map((date, index) => {
          const seconds = byDay.get(date)?.seconds ?? 0;
          const height = seconds === 0 ? 0 : Math.max(2, (seconds / most) * HEIGHT);
          return (
            <g key={date}>
              <rect className="slot" x={index * WIDTH + 1} y={0} width={WIDTH - 2} height={HEIGHT} />
              <rect
                className="bar"
                x={index * WIDTH + 1}
                y={HEIGHT - height}
                width={WIDTH - 2}
                height={height}
              />
              <title>{`${dayInWords(date, today)}: ${seconds === 0 ? 'no use' : duration(seconds)}`}</title>
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>{dayInWords(dates[0] ?? today, today)}</span>
        <span>highest {duration(most)}</span>
        <span>today</span>
      </figcaption>
    </figure>
  );
}

function columns(today: string): Column<UseOfDay>[] {
  return [
    { key: 'day', title: 'Day (UTC)', cell: ({ day }) => dayInWords(day, today) },
    {
      key: 'seconds',
      title: 'Time',
      numeric: true,
      cell: ({ seconds, computed_at }) => (computed_at === null ? 'no right figure yet' : duration(seconds)),
    },
    { key: 'launches', title: 'Launches', numeric: true, cell: ({ launches }) => counted(launches) },
    {
      key: 'devices',
      title: 'Devices that used it',
      numeric: true,
      cell: ({ devices, devices_used }) =>
        `${counted(devices_used)} of ${counted(Math.max(devices, devices_used))}`,
    },
    { key: 'users', title: 'Users', numeric: true, cell: ({ users }) => users },
    {
      key: 'computed',
      title: 'Computed',
      cell: ({ computed_at, stale_since, devices_excluded }) => (
        <>
          {computed_at !== null && <span className="quiet">{utcMinute(computed_at)} </span>}
          <ExclusionMark stale_since={stale_since} devices_excluded={devices_excluded} />
        </>
      ),
    },
  ];
}

function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(day) - count * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
}
