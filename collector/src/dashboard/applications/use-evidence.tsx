/** What the state of an application on one device rests on: the figures, and each of the days they come from. */
import type { EvidenceOfDay, EvidenceOfUse } from '../../admin/answers.ts';
import { DeviceName } from '../devices/device-name.tsx';
import { Facts } from '../facts.tsx';
import { SELDOM_MS, useLive } from '../live/use-live.ts';
import { NotKnown } from '../not-known.tsx';
import { hashOf } from '../route/route.ts';
import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { counted, dayInWords, duration, share } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { installedSince, personDays } from './use-columns.tsx';
import { REASONS, UseState } from './use-state.tsx';

/** As in PERSON_PRESENT_SECONDS of the protocol: longer is not counted. */
const PERSON_PRESENT_SECONDS = 900;

export function UseEvidence({ id, device, today }: { id: string; device: string; today: string }) {
  const { answer, trouble } = useLive<EvidenceOfUse>(`/api/applications/${id}/use/${device}`, SELDOM_MS);
  return (
    <article className="detail">
      <a className="back" href={hashOf({ view: 'applications', id })}>
        ← Application
      </a>
      {answer ? (
        <Evidence evidence={answer} today={today} />
      ) : (
        <NotKnown what="use" id={device} trouble={trouble} />
      )}
    </article>
  );
}

function Evidence({
  evidence: { application, use, days },
  today,
}: {
  evidence: EvidenceOfUse;
  today: string;
}) {
  const facts: [string, string][] = [
    ['Last used', use.last_used === null ? 'not seen' : dayInWords(use.last_used, today)],
    ['Days used, of the last 90', counted(use.days_used)],
    ['Observed, of the time it was on', share(use.observed_share)],
    ['Days with a person at it', personDays(use.interactive_days, use.judged_days)],
    ['Installed since', installedSince(use.installed, use.installed_since, today)],
  ];
  return (
    <>
      <header className="detail-head">
        <h1 id="title" tabIndex={-1}>
          {application === '' ? 'not known yet' : <Reported text={application} />}
        </h1>
        <p className="sub">
          on <DeviceName id={use.device_id} hostname={use.hostname} /> · <UseState {...use} />
          {use.reason !== '' && ` (${REASONS[use.reason]})`}
        </p>
      </header>
      <Facts facts={facts} />
      <section aria-labelledby="days">
        <h2 id="days">Day by day</h2>
        <p className="quiet explained">
          {WHAT_COUNTS[use.basis]} A day that is missing here: the device was off, or had no agent.
        </p>
        {days.length > 0 && (
          <div className="sheet">
            <DataTable
              caption="Evidence by day"
              columns={columns(today)}
              rows={days}
              rowKey={({ day }) => day}
            />
          </div>
        )}
      </section>
    </>
  );
}

const WHAT_COUNTS: Record<string, string> = {
  foreground: 'A day counts on which it was in the foreground for five minutes.',
  'user launch':
    'What is in the foreground the device cannot tell, or the catalogue says that it does not count. So a day counts on which a person started it, and one through which what a person had started still ran while somebody was there.',
  run: 'The catalogue says that a day counts on which it ran for five minutes, whoever started it.',
};

const COUNTS: Record<string, string> = {
  foreground: 'yes, in the foreground',
  'user launch': 'yes, a person started it',
  'still running': 'yes, what a person started still ran',
  'start not seen': 'not known, who started it was not seen',
  run: 'yes, it ran',
  'foreground not known': 'not known, whether it was in front cannot be told',
};

function columns(today: string): Column<EvidenceOfDay>[] {
  const none = <span className="quiet">–</span>;
  return [
    { key: 'day', title: 'Day (UTC)', cell: ({ day }) => dayInWords(day, today) },
    {
      key: 'observed',
      title: 'Observed',
      wideOnly: true,
      cell: ({ observed_seconds, powered_seconds }) =>
        powered_seconds === 0 ? none : `${duration(observed_seconds)} of ${duration(powered_seconds)} on`,
    },
    { key: 'person', title: 'Person at it', wideOnly: true, cell: (day) => personAt(day) },
    {
      key: 'seconds',
      title: 'Ran',
      numeric: true,
      cell: ({ seconds }) => (seconds === 0 ? none : duration(seconds)),
    },
    {
      key: 'launches',
      title: 'Launches',
      numeric: true,
      wideOnly: true,
      cell: ({ launches }) => (launches === 0 ? none : counted(launches)),
    },
    {
      key: 'launches_by_user',
      title: 'By a person',
      numeric: true,
      wideOnly: true,
      cell: (day) => (day.launches_by_user === 0 ? none : counted(day.launches_by_user)),
    },
    {
      key: 'foreground',
      title: 'Foreground',
      numeric: true,
      widestOnly: true,
      cell: ({ foreground_seconds: seconds }) => (seconds < 0 ? none : duration(seconds)),
    },
    {
      key: 'counts_by',
      title: 'Counts as use',
      cell: ({ counts_by }) => COUNTS[counts_by] ?? <span className="quiet">no</span>,
    },
  ];
}

function personAt({ interactive_seconds: seconds }: EvidenceOfDay): string {
  if (seconds < 0) return 'not known';
  if (seconds >= PERSON_PRESENT_SECONDS) return 'yes';
  return seconds === 0 ? 'no' : `for ${duration(seconds)}`;
}
