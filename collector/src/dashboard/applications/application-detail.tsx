import type { ApplicationDetail, ApplicationRow } from '../../admin/answers.ts';
import { Facts } from '../facts.tsx';
import { useLive } from '../live/use-live.ts';
import { useNow } from '../live/use-now.ts';
import { NotKnown } from '../not-known.tsx';
import { listHash } from '../route/route.ts';
import { ago, counted, dayInWords, duration } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';
import { ApplicationDevices } from './application-devices.tsx';
import { ApplicationExecutables } from './application-executables.tsx';
import { Unrecognised } from './application-name.tsx';
import { ApplicationVersions } from './application-versions.tsx';
import { HeldNote } from './exclusion.tsx';
import { UseAtOnceList } from './use-at-once.tsx';
import { UseByDay } from './use-by-day.tsx';
import { UseByDeviceList } from './use-by-device.tsx';

interface ApplicationDetailProps {
  id: string;
  /** Of the address; how its list of devices is looked at. */
  query: URLSearchParams;
  today: string;
}

export function ApplicationDetailView({ id, query, today }: ApplicationDetailProps) {
  const { answer, trouble } = useLive<ApplicationDetail>(`/api/applications/${id}`);
  return (
    <article className="detail">
      <a className="back" href={listHash('applications')}>
        ← Applications
      </a>
      {answer ? (
        <>
          <Head application={answer.application} />
          <Held detail={answer} today={today} />
          <Figures application={answer.application} today={today} />
          <AsOf application={answer.application} />
          <UseByDeviceList id={id} query={query} today={today} />
          <UseByDay days={answer.days} today={today} />
          <UseAtOnceList days={answer.at_once} today={today} />
          <ApplicationVersions versions={answer.versions} />
          <ApplicationExecutables executables={answer.executables} />
          <ApplicationDevices devices={answer.devices} today={today} />
        </>
      ) : (
        <NotKnown what="application" id={id} trouble={trouble} />
      )}
    </article>
  );
}

function Head({
  application: { name, publisher, recognised, application_id },
}: {
  application: ApplicationRow;
}) {
  return (
    <header className="detail-head">
      <h1 id="title" tabIndex={-1}>
        {name === '' ? 'not known yet' : <Reported text={name} />} {recognised === 0 && <Unrecognised />}
      </h1>
      <p className="sub">
        {publisher === '' ? 'Publisher not known' : <Reported text={publisher} />}
        {' · '}
        <code>{application_id}</code>
      </p>
    </header>
  );
}

function Held({ detail: { days }, today }: { detail: ApplicationDetail; today: string }) {
  const held = days.filter(({ stale_since }) => stale_since !== null);
  return (
    <HeldNote
      days={held.map(({ day }) => dayInWords(day, today))}
      excluded={Math.max(0, ...held.map(({ devices_excluded }) => devices_excluded))}
    />
  );
}

function AsOf({ application: { computed_at, usage_computed_at } }: { application: ApplicationRow }) {
  const now = useNow();
  const usage =
    usage_computed_at === null ? 'not computed yet' : `as of ${ago(Date.parse(usage_computed_at), now)}`;
  return (
    <p className="as-of">
      Devices as of {ago(Date.parse(computed_at), now)}; use of today {usage}.
    </p>
  );
}

function Figures({ application, today }: { application: ApplicationRow; today: string }) {
  const facts: [string, string][] = [
    ['Devices', counted(application.devices)],
    ['Versions', counted(application.versions)],
    ['Executables', counted(application.executables)],
    ['Last used', application.last_used === null ? 'not seen yet' : dayInWords(application.last_used, today)],
    ['Used today', duration(application.seconds_today)],
    ['Launches today', counted(application.launches_today)],
  ];
  return <Facts facts={facts} />;
}
