import type { QuarantineRecordAnswer, QuarantineRecordDetail } from '../../admin/answers.ts';
import { DeviceName } from '../devices/device-name.tsx';
import { useLive } from '../live/use-live.ts';
import { hashOf } from '../route/route.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { ago } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';

/** As many as a person reads; the command line lists them all. */
const SHOWN = 100;

interface QuarantineRecordsProps {
  /** What the records have in common, as the API is asked for it. */
  group: URLSearchParams;
  /** Number of the one that is looked at. */
  record: string | null;
  now: number;
}

export function QuarantineRecords({ group, record, now }: QuarantineRecordsProps) {
  const { answer } = useLive<{ records: QuarantineRecordAnswer[] }>(
    `/api/quarantine/records?${group}&limit=${SHOWN}`,
  );
  if (!answer) return <p className="quiet">Loading…</p>;
  return (
    <section aria-labelledby="quarantine-records">
      <h2 id="quarantine-records">
        <Reported text={group.get('reason') ?? ''} />
      </h2>
      {answer.records.length === 0 ? (
        <p className="quiet">None is open any more.</p>
      ) : (
        <div className="sheet">
          <DataTable
            caption="Records of this group, oldest first"
            columns={recordColumns(group, now)}
            rows={answer.records}
            rowKey={({ number }) => String(number)}
          />
        </div>
      )}
      {answer.records.length === SHOWN && <p className="quiet">The first {SHOWN} are shown.</p>}
      {record !== null && /^\d{1,15}$/.test(record) && <OneRecord number={record} />}
    </section>
  );
}

function recordColumns(group: URLSearchParams, now: number): Column<QuarantineRecordAnswer>[] {
  return [
    {
      key: 'number',
      title: 'Number',
      numeric: true,
      cell: ({ number }) => {
        const query = new URLSearchParams([...group, ['record', String(number)]]);
        return <a href={hashOf({ view: 'pipeline', query })}>{number}</a>;
      },
    },
    { key: 'received', title: 'Received', cell: (row) => ago(Date.parse(row.received_at), now) },
    { key: 'device', title: 'Device', cell: (row) => <DeviceName id={row.device_id} hostname="" /> },
    { key: 'sequence', title: 'Report', numeric: true, wideOnly: true, cell: ({ sequence }) => sequence },
    { key: 'day', title: 'Concerns', wideOnly: true, cell: ({ concerns }) => concerns?.day ?? '–' },
    {
      key: 'detail',
      title: 'What is wrong',
      wideOnly: true,
      cell: ({ detail }) => <Reported text={detail} />,
    },
  ];
}

function OneRecord({ number }: { number: string }) {
  const { answer, trouble } = useLive<QuarantineRecordDetail>(`/api/quarantine/records/${number}`);
  if (trouble?.refused) return <p className="quiet">Record {number} is not known any more.</p>;
  if (!answer) return <p className="quiet">Loading…</p>;
  const fields: [string, string][] = [
    ...(answer.record
      ? [['what is wrong', answer.record.detail] as [string, string], ...answer.record.fields]
      : []),
    ...answer.outcomes.map(({ decision, outcome, detail, at }): [string, string] => [
      at,
      `decision ${decision}: ${outcome}${detail === '' ? '' : `, ${detail}`}`,
    ]),
  ];
  return (
    <section aria-labelledby="quarantine-record" className="record">
      <h2 id="quarantine-record">Record {number}</h2>
      <dl>
        {fields.map(([name, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a batch names the same field several times
          <div key={`${index} ${name}`}>
            <dt>{name}</dt>
            <dd>
              <Reported text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
