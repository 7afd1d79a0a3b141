import type { ApplicationExecutableRow, ListOf } from '../../admin/answers.ts';
import { ExecutableFile } from '../executables/executable-file.tsx';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { bytes, counted } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';

const COLUMNS: Column<ApplicationExecutableRow>[] = [
  {
    key: 'file',
    title: 'File',
    cell: (row) => <ExecutableFile path={row.path} executableId={row.executable_id} sha256={row.sha256} />,
  },
  { key: 'version', title: 'Version', wideOnly: true, cell: ({ version }) => <Reported text={version} /> },
  { key: 'format', title: 'Format', wideOnly: true, cell: ({ format }) => <Reported text={format} /> },
  { key: 'size', title: 'Size', numeric: true, wideOnly: true, cell: ({ size }) => bytes(size) },
  { key: 'devices', title: 'Devices', numeric: true, cell: ({ devices }) => counted(devices) },
];

export function ApplicationExecutables({ executables }: { executables: ListOf<ApplicationExecutableRow> }) {
  const { total, rows } = executables;
  return (
    <section aria-labelledby="executables">
      <h2 id="executables">
        Executables <span className="quiet">{counted(total)}</span>
      </h2>
      {rows.length === 0 ? (
        <p className="quiet">
          No installed file belongs to it. <a href="#/executables">All executables</a>
        </p>
      ) : (
        <div className="sheet">
          <DataTable
            caption="Executables"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ executable_id }) => executable_id}
          />
        </div>
      )}
      {total > rows.length && <p className="quiet">The first {counted(rows.length)} are shown.</p>}
    </section>
  );
}
