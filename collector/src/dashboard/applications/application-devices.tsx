import type { ApplicationDeviceRow, ListOf } from '../../admin/answers.ts';
import { DeviceName } from '../devices/device-name.tsx';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { counted, dayInWords, duration } from '../text/quantities.ts';

interface ApplicationDevicesProps {
  devices: ListOf<ApplicationDeviceRow>;
  today: string;
}

export function ApplicationDevices({ devices: { total, rows }, today }: ApplicationDevicesProps) {
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">
        Devices <span className="quiet">{counted(total)}</span>
      </h2>
      {rows.length === 0 ? (
        <p className="quiet">No device has it or used it in the last 30 days.</p>
      ) : (
        <div className="sheet">
          <DataTable
            caption="Devices that have it or used it in the last 30 days"
            columns={columns(today)}
            rows={rows}
            rowKey={({ device_id }) => device_id}
          />
        </div>
      )}
      {total > rows.length && (
        <p className="quiet">The {counted(rows.length)} that used it most are shown.</p>
      )}
    </section>
  );
}

function columns(today: string): Column<ApplicationDeviceRow>[] {
  return [
    {
      key: 'hostname',
      title: 'Device',
      cell: (row) => <DeviceName id={row.device_id} hostname={row.hostname} />,
    },
    {
      key: 'installed',
      title: 'Installed',
      cell: ({ installed }) => (installed ? 'yes' : <span className="quiet">no longer</span>),
    },
    {
      key: 'last_used',
      title: 'Last used',
      wideOnly: true,
      cell: ({ last_used }) =>
        last_used === null ? <span className="quiet">not seen yet</span> : dayInWords(last_used, today),
    },
    {
      key: 'seconds',
      title: 'Used, 30 days',
      numeric: true,
      cell: ({ seconds }) => (seconds === 0 ? <span className="quiet">–</span> : duration(seconds)),
    },
  ];
}
