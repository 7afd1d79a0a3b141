import type { DeviceApplicationRow, DeviceDetail } from '../../admin/answers.ts';
import { ApplicationName } from '../applications/application-name.tsx';
import { Facts } from '../facts.tsx';
import { useLive } from '../live/use-live.ts';
import { useNow } from '../live/use-now.ts';
import { NotKnown } from '../not-known.tsx';
import { listHash } from '../route/route.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { ago, bytes, counted, dayInWords, duration } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { DeviceName } from './device-name.tsx';
import { State } from './state.tsx';

export function DeviceDetailView({ id, today }: { id: string; today: string }) {
  const { answer, trouble } = useLive<DeviceDetail>(`/api/devices/${id}`);
  return (
    <article className="detail">
      <a className="back" href={listHash('devices')}>
        ← Devices
      </a>
      {answer ? (
        <Device detail={answer} today={today} />
      ) : (
        <NotKnown what="device" id={id} trouble={trouble} />
      )}
    </article>
  );
}

function Device({
  detail: { device, former, applications },
  today,
}: {
  detail: DeviceDetail;
  today: string;
}) {
  const now = useNow();
  const facts: [string, string][] = [
    ['Last seen', ago(Date.parse(device.last_seen), now)],
    ['First seen', ago(Date.parse(device.first_seen), now)],
    ['Executables', counted(device.executables)],
    ['Files it could not read', counted(device.skipped_files)],
    ['Reports', counted(device.reports)],
    ['Newest report', bytes(device.report_bytes)],
  ];
  const cost: [string, string][] = [
    ['CPU time', `${(device.agent_cpu_ms / 1000).toFixed(1)} s`],
    ['Share of one processor', shareOf(device.agent_cpu_ms / 1000, device.agent_uptime_s)],
    ['Memory', bytes(device.agent_resident_kib * 1024)],
    ['Files hashed', counted(device.agent_files_hashed)],
    ['Running for', duration(device.agent_uptime_s)],
  ];
  return (
    <>
      <header className="detail-head">
        <h1 id="title" tabIndex={-1}>
          {device.hostname === '' ? device.device_id : <Reported text={device.hostname} />}
        </h1>
        <p className="sub">
          <Reported text={`${device.os_name} ${device.os_version}`} /> ·{' '}
          <Reported text={device.architecture} /> · {counted(device.cpu_count)} processors ·{' '}
          {bytes(device.memory_mib * 1024 * 1024)} · <code>{device.device_id}</code>
        </p>
        <Whereabouts device={device} former={former} />
      </header>
      <Facts facts={facts} />
      <section aria-labelledby="cost">
        <h2 id="cost">
          What the agent costs{' '}
          <span className="quiet">
            version <Reported text={device.agent_version} />, since it started
          </span>
        </h2>
        <Facts facts={cost} />
      </section>
      <section aria-labelledby="applications">
        <h2 id="applications">
          Applications <span className="quiet">{counted(applications.total)}</span>
        </h2>
        <div className="sheet">
          <DataTable
            caption="Applications of this device"
            columns={columns(today)}
            rows={applications.rows}
            rowKey={({ application_id }) => application_id}
          />
        </div>
        {applications.total > applications.rows.length && (
          <p className="quiet">The {counted(applications.rows.length)} that were used most are shown.</p>
        )}
      </section>
    </>
  );
}

/** Whether it is still in the fleet, and which devices are the same computer before and after it was set up anew. */
function Whereabouts({ device, former }: Pick<DeviceDetail, 'device' | 'former'>) {
  const { state, group, superseded_by: successor } = device;
  return (
    <p className="sub">
      <State state={state} />
      {group !== '' && (
        <>
          {' · group '}
          <Reported text={group} />
        </>
      )}
      {state === 'superseded' && (
        <>
          {' · is now '}
          <DeviceName id={successor} hostname="" />
        </>
      )}
      {former.map(({ device_id, hostname }) => (
        <span key={device_id}>
          {' · was '}
          <DeviceName id={device_id} hostname={hostname} />
        </span>
      ))}
    </p>
  );
}

function columns(today: string): Column<DeviceApplicationRow>[] {
  const none = <span className="quiet">–</span>;
  return [
    {
      key: 'name',
      title: 'Application',
      cell: (row) => (
        <ApplicationName id={row.application_id} name={row.name} recognised={row.recognised !== 0} />
      ),
    },
    {
      key: 'version',
      title: 'Version',
      wideOnly: true,
      cell: ({ versions }) => (versions.length === 0 ? none : <Reported text={versions.join(', ')} />),
    },
    {
      key: 'last_used',
      title: 'Last used',
      wideOnly: true,
      cell: ({ last_used }) => (last_used === null ? none : dayInWords(last_used, today)),
    },
    {
      key: 'seconds_today',
      title: 'Today',
      numeric: true,
      cell: (row) => (row.seconds_today === 0 ? none : duration(row.seconds_today)),
    },
    {
      key: 'seconds',
      title: '30 days',
      numeric: true,
      cell: ({ seconds }) => (seconds === 0 ? none : duration(seconds)),
    },
  ];
}

function shareOf(seconds: number, uptime: number): string {
  return uptime === 0 ? '–' : `${((seconds / uptime) * 100).toFixed(2)} %`;
}
