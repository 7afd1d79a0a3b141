import type { ApplicationRow } from '../../admin/answers.ts';
import { FirstScan } from '../first-scan.tsx';
import type { Column } from '../table/column.ts';
import { ListView } from '../table/list-view.tsx';
import { counted, dayInWords, duration } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { ApplicationName } from './application-name.tsx';
import { ExclusionMark } from './exclusion.tsx';

interface ApplicationsViewProps {
  query: URLSearchParams;
  /** The present UTC day. */
  today: string;
  devices: number | undefined;
}

export function ApplicationsView({ query, today, devices }: ApplicationsViewProps) {
  return (
    <ListView<ApplicationRow>
      view="applications"
      query={query}
      title="Applications of the fleet"
      noun={['application', 'applications']}
      searchFor="Search name, version or publisher"
      columns={columns(today)}
      rowKey={(row) => row.application_id}
      byDefault={{ by: 'seconds_today', order: 'desc' }}
      empty={<FirstScan devices={devices} />}
    />
  );
}

function columns(today: string): Column<ApplicationRow>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      sort: 'asc',
      cell: (row) => (
        <>
          <ApplicationName id={row.application_id} name={row.name} recognised={row.recognised !== 0} />
          <div className="narrow-only sub">
            <Version row={row} />
            {row.publisher !== '' && (
              <>
                {' · '}
                <Reported text={row.publisher} />
              </>
            )}
          </div>
        </>
      ),
    },
    { key: 'version', title: 'Version', sort: 'asc', wideOnly: true, cell: (row) => <Version row={row} /> },
    {
      key: 'publisher',
      title: 'Publisher',
      sort: 'asc',
      wideOnly: true,
      cell: (row) => (row.publisher === '' ? <None /> : <Reported text={row.publisher} />),
    },
    { key: 'devices', title: 'Devices', sort: 'desc', numeric: true, cell: (row) => counted(row.devices) },
    {
      key: 'last_used',
      title: 'Last used',
      sort: 'desc',
      wideOnly: true,
      cell: (row) =>
        row.last_used === null ? <None words="not seen yet" /> : dayInWords(row.last_used, today),
    },
    {
      key: 'seconds_today',
      title: 'Used today',
      sort: 'desc',
      numeric: true,
      cell: (row) => (
        <>
          {row.seconds_today === 0 && row.launches_today === 0 ? <None /> : duration(row.seconds_today)}
          <div className="sub">
            <ExclusionMark stale_since={row.stale_since} devices_excluded={row.devices_excluded} />
          </div>
        </>
      ),
    },
  ];
}

/** What ran before the collector learnt what it is, all together. */
const NOT_KNOWN_YET = '0'.repeat(16);

function Version({ row: { application_id, version, versions } }: { row: ApplicationRow }) {
  if (application_id === NOT_KNOWN_YET) return <None />;
  if (versions === 0) return <span className="quiet">not installed</span>;
  return (
    <>
      {version === '' ? <None /> : <Reported text={version} />}
      {versions > 1 && <span className="quiet"> +{counted(versions - 1)} more</span>}
    </>
  );
}

function None({ words }: { words?: string }) {
  return <span className="quiet">{words ?? '–'}</span>;
}
