import type { DeviceUseRow } from '../../admin/answers.ts';
import { DeviceName } from '../devices/device-name.tsx';
import { hashOf } from '../route/route.ts';
import type { Column } from '../table/column.ts';
import { counted, dayInWords, share } from '../text/quantities.ts';
import { visiblePieces } from '../text/visible-text.ts';
import { UseState } from './use-state.tsx';

/** Of the list of devices of the application `id`. */
export function columnsOfUse(id: string, today: string): Column<DeviceUseRow>[] {
  return [
    {
      key: 'hostname',
      title: 'Device',
      sort: 'asc',
      cell: (row) => <DeviceName id={row.device_id} hostname={row.hostname} />,
    },
    { key: 'state', title: 'State', sort: 'asc', cell: (row) => <UseState {...row} /> },
    {
      key: 'last_used',
      title: 'Last used',
      sort: 'asc',
      wideOnly: true,
      cell: ({ last_used }) =>
        last_used === null ? <span className="quiet">not seen</span> : dayInWords(last_used, today),
    },
    {
      key: 'days_used',
      title: 'Days used',
      sort: 'asc',
      numeric: true,
      wideOnly: true,
      cell: ({ days_used }) => counted(days_used),
    },
    {
      key: 'observed_share',
      title: 'Observed',
      sort: 'desc',
      numeric: true,
      wideOnly: true,
      cell: ({ observed_share }) => share(observed_share),
    },
    {
      key: 'interactive_days',
      title: 'Days with a person',
      sort: 'desc',
      numeric: true,
      widestOnly: true,
      cell: ({ interactive_days, judged_days }) => personDays(interactive_days, judged_days),
    },
    {
      key: 'installed_since',
      title: 'Installed since',
      sort: 'asc',
      widestOnly: true,
      cell: ({ installed, installed_since }) => installedSince(installed, installed_since, today),
    },
    { key: 'evidence', title: 'Evidence', cell: (row) => <EvidenceLink id={id} row={row} /> },
  ];
}

export function personDays(interactive: number, judged: number): string {
  if (interactive < 0) return 'not known';
  return judged === 0 ? counted(interactive) : `${counted(interactive)} of ${counted(judged)}`;
}

export function installedSince(installed: number, since: string | null, today: string): string {
  if (installed === 0) return 'not installed';
  return since === null ? 'not known' : dayInWords(since, today);
}

function EvidenceLink({ id, row: { device_id, hostname } }: { id: string; row: DeviceUseRow }) {
  const host = visiblePieces(hostname === '' ? device_id : hostname)
    .map(({ text }) => text)
    .join('');
  const query = new URLSearchParams({ device: device_id });
  return (
    <a href={hashOf({ view: 'applications', id, query })} aria-label={`Evidence of ${host}`}>
      evidence
    </a>
  );
}
