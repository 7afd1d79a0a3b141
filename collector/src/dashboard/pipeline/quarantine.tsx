import type { QuarantineGroupAnswer } from '../../admin/answers.ts';
import { useLive } from '../live/use-live.ts';
import { hashOf } from '../route/route.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { ago, counted } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { QuarantineRecords } from './quarantine-records.tsx';

const GROUP = ['reason', 'kind', 'agent_version'] as const;

/** Records that were set aside, by what is wrong with them and which agent made them; of one such group each. */
export function Quarantine({ query, now }: { query: URLSearchParams; now: number }) {
  const { answer } = useLive<{ groups: QuarantineGroupAnswer[] }>('/api/quarantine');
  const chosen = new URLSearchParams(GROUP.map((name) => [name, query.get(name) ?? '']));
  return (
    <section aria-labelledby="quarantine">
      <h2 id="quarantine">Quarantined</h2>
      {!answer ? (
        <p className="quiet">Loading…</p>
      ) : answer.groups.length === 0 ? (
        <p className="quiet">Nothing is set aside.</p>
      ) : (
        <>
          <div className="sheet">
            <DataTable
              caption="Quarantined records by reason and agent version"
              columns={groupColumns(now)}
              rows={answer.groups}
              rowKey={(group) => groupQuery(group).toString()}
            />
          </div>
          <p className="quiet">
            <code>fleetmeter-collector quarantine repair</code>, <code>replay</code> and <code>discard</code>{' '}
            decide what becomes of them.
          </p>
        </>
      )}
      {query.has('reason') && <QuarantineRecords group={chosen} record={query.get('record')} now={now} />}
    </section>
  );
}

function groupQuery(group: QuarantineGroupAnswer): URLSearchParams {
  return new URLSearchParams(GROUP.map((name) => [name, group[name]]));
}

function groupColumns(now: number): Column<QuarantineGroupAnswer>[] {
  return [
    {
      key: 'reason',
      title: 'Reason',
      cell: (group) => (
        <a className="name" href={hashOf({ view: 'pipeline', query: groupQuery(group) })}>
          <Reported text={group.reason} />
        </a>
      ),
    },
    { key: 'kind', title: 'Kind', wideOnly: true, cell: ({ kind }) => kind },
    {
      key: 'agent_version',
      title: 'Agent',
      cell: ({ agent_version }) => (agent_version === '' ? 'not known' : <Reported text={agent_version} />),
    },
    { key: 'records', title: 'Records', numeric: true, cell: ({ records }) => counted(records) },
    { key: 'devices', title: 'Devices', numeric: true, cell: ({ devices }) => counted(devices) },
    {
      key: 'decided',
      title: 'Decided',
      numeric: true,
      wideOnly: true,
      cell: ({ decided }) => (decided === 0 ? '–' : counted(decided)),
    },
    { key: 'first', title: 'First', wideOnly: true, cell: ({ first }) => ago(Date.parse(first), now) },
    { key: 'last', title: 'Last', wideOnly: true, cell: ({ last }) => ago(Date.parse(last), now) },
  ];
}
