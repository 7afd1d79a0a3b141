import type { ExecutableRow } from '../../admin/answers.ts';
import { FirstScan } from '../first-scan.tsx';
import type { Column } from '../table/column.ts';
import { ListView } from '../table/list-view.tsx';
import { bytes, counted } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { ExecutableFile } from './executable-file.tsx';

export function ExecutablesView({ query, devices }: { query: URLSearchParams; devices: number | undefined }) {
  return (
    <ListView<ExecutableRow>
      view="executables"
      query={query}
      title="Executables"
      noun={['executable', 'executables']}
      searchFor="Search path, application, id or SHA-256"
      columns={COLUMNS}
      rowKey={(row) => row.executable_id}
      byDefault={{ by: 'path', order: 'asc' }}
      empty={<FirstScan devices={devices} />}
    />
  );
}

const COLUMNS: Column<ExecutableRow>[] = [
  {
    key: 'path',
    title: 'File',
    sort: 'asc',
    cell: (row) => (
      <>
        <ExecutableFile path={row.path} executableId={row.executable_id} sha256={row.sha256} />
        {row.in_container === 1 && <div className="sub">in a container</div>}
      </>
    ),
  },
  {
    key: 'application',
    title: 'Application',
    sort: 'asc',
    wideOnly: true,
    cell: (row) =>
      row.application === '' ? (
        <span className="quiet">not known yet</span>
      ) : (
        <>
          <a href={`#/applications/${row.application_id}`}>
            <Reported text={row.application} />
          </a>
          <div className="sub">
            <Reported text={row.version} />
          </div>
        </>
      ),
  },
  {
    key: 'size',
    title: 'Size',
    sort: 'desc',
    numeric: true,
    wideOnly: true,
    cell: (row) => (row.sha256 === '' ? <span className="quiet">–</span> : bytes(row.size)),
  },
  { key: 'devices', title: 'Devices', sort: 'desc', numeric: true, cell: (row) => counted(row.devices) },
];
