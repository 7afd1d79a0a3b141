import type { DeviceRow } from '../../admin/answers.ts';
import { FirstScan } from '../first-scan.tsx';
import { useNow } from '../live/use-now.ts';
import type { Column } from '../table/column.ts';
import { ListView } from '../table/list-view.tsx';
import { ago, bytes, counted, duration } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { DeviceName } from './device-name.tsx';
import { State } from './state.tsx';

export function DevicesView({ query }: { query: URLSearchParams }) {
  return (
    <ListView<DeviceRow>
      view="devices"
      query={query}
      title="Devices"
      noun={['device', 'devices']}
      searchFor="Search host name, group or system"
      choice={{ name: 'state', label: 'State', values: CHOICES }}
      columns={columns(useNow())}
      rowKey={(row) => row.device_id}
      byDefault={{ by: 'hostname', order: 'asc' }}
      empty={<FirstScan devices={0} />}
    />
  );
}

const CHOICES: readonly [string, string][] = [
  ['current', 'In the fleet'],
  ['active', 'Active'],
  ['ephemeral', 'Ephemeral'],
  ['stale', 'Stale: silent for a month'],
  ['archived', 'Archived: silent for long'],
  ['superseded', 'Superseded'],
  ['revoked', 'Revoked'],
  ['all', 'All'],
];

function columns(now: number): Column<DeviceRow>[] {
  return [
    {
      key: 'hostname',
      title: 'Device',
      sort: 'asc',
      cell: (row) => <DeviceName id={row.device_id} hostname={row.hostname} />,
    },
    {
      key: 'state',
      title: 'State',
      sort: 'asc',
      cell: ({ state }) => <State state={state} />,
    },
    {
      key: 'group',
      title: 'Group',
      sort: 'asc',
      wideOnly: true,
      cell: ({ group }) => <Reported text={group} />,
    },
    {
      key: 'os_name',
      title: 'System',
      sort: 'asc',
      wideOnly: true,
      cell: (row) => <Reported text={`${row.os_name} ${row.os_version}`} />,
    },
    {
      key: 'executables',
      title: 'Executables',
      sort: 'desc',
      numeric: true,
      wideOnly: true,
      cell: (row) => counted(row.executables),
    },
    {
      key: 'last_seen',
      title: 'Last seen',
      sort: 'desc',
      cell: (row) => ago(Date.parse(row.last_seen), now),
    },
    {
      key: 'agent_cpu_ms',
      title: 'Agent CPU',
      numeric: true,
      widestOnly: true,
      cell: (row) => duration(row.agent_cpu_ms / 1000),
    },
    {
      key: 'agent_resident_kib',
      title: 'Agent memory',
      numeric: true,
      widestOnly: true,
      cell: (row) => bytes(row.agent_resident_kib * 1024),
    },
    {
      key: 'agent_version',
      title: 'Agent',
      sort: 'desc',
      wideOnly: true,
      cell: (row) => <Reported text={row.agent_version} />,
    },
  ];
}
