import { useEffect } from 'react';
import type { FleetSummary } from '../admin/answers.ts';
import { ApplicationDetailView } from './applications/application-detail.tsx';
import { ApplicationsView } from './applications/applications-view.tsx';
import { UseEvidence } from './applications/use-evidence.tsx';
import { DeviceDetailView } from './devices/device-detail.tsx';
import { DevicesView } from './devices/devices-view.tsx';
import { ExecutablesView } from './executables/executables-view.tsx';
import { Headline } from './headline.tsx';
import { FreshnessLine, TroubleBanner } from './live/freshness-line.tsx';
import { useLive } from './live/use-live.ts';
import { PipelineView } from './pipeline/pipeline-view.tsx';
import { deviceOf, type Route, rememberList, routeOf, useHash, VIEWS, type View } from './route/route.ts';
import { useScrollMemory } from './route/scroll-memory.ts';

const TITLES: Record<View, string> = {
  applications: 'Applications',
  executables: 'Executables',
  devices: 'Devices',
  pipeline: 'Pipeline',
};

export function Page() {
  const route = routeOf(useHash());
  rememberList(route);
  const { answer: fleet } = useLive<FleetSummary>('/api/fleet');
  const place = `${route.view}/${route.id ?? ''}/${deviceOf(route) ?? ''}`;
  useScrollMemory(place);
  useEffect(() => {
    document.title = `${TITLES[route.view]} · fleetmeter`;
  }, [route.view]);
  return (
    <>
      <button type="button" className="skip" onClick={() => document.getElementById('title')?.focus()}>
        Skip to the content
      </button>
      <header className="top">
        <a className="brand" href="#/applications">
          fleetmeter
        </a>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <a key={view} href={`#/${view}`} aria-current={view === route.view ? 'page' : undefined}>
              {TITLES[view]}
            </a>
          ))}
        </nav>
        <FreshnessLine />
      </header>
      <TroubleBanner />
      <main>
        {route.id === undefined && <Headline fleet={fleet} />}
        <Content key={place} route={route} fleet={fleet} />
      </main>
    </>
  );
}

function Content({ route, fleet }: { route: Route; fleet: FleetSummary | undefined }) {
  const { view, id, query } = route;
  const device = deviceOf(route);
  const today = fleet?.day ?? new Date().toISOString().slice(0, 10);
  switch (view) {
    case 'applications':
      if (id === undefined) return <ApplicationsView query={query} today={today} devices={fleet?.devices} />;
      return device === undefined ? (
        <ApplicationDetailView id={id} query={query} today={today} />
      ) : (
        <UseEvidence id={id} device={device} today={today} />
      );
    case 'executables':
      return <ExecutablesView query={query} devices={fleet?.devices} />;
    case 'devices':
      return id === undefined ? <DevicesView query={query} /> : <DeviceDetailView id={id} today={today} />;
    case 'pipeline':
      return <PipelineView query={query} />;
  }
}
