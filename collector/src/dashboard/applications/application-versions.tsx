import type { ApplicationVersionRow } from '../../admin/answers.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { counted } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';

const COLUMNS: Column<ApplicationVersionRow>[] = [
  {
    key: 'version',
    title: 'Version',
    cell: ({ version }) =>
      version === '' ? <span className="quiet">not known</span> : <Reported text={version} />,
  },
  { key: 'devices', title: 'Devices', numeric: true, cell: ({ devices }) => counted(devices) },
  {
    key: 'executables',
    title: 'Executables',
    numeric: true,
    cell: ({ executables }) => counted(executables),
  },
];

export function ApplicationVersions({ versions }: { versions: readonly ApplicationVersionRow[] }) {
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      {versions.length === 0 ? (
        <p className="quiet">It ran, but is installed in no program folder of any device.</p>
      ) : (
        <div className="sheet">
          <DataTable caption="Versions" columns={COLUMNS} rows={versions} rowKey={({ version }) => version} />
        </div>
      )}
    </section>
  );
}
