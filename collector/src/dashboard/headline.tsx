/** The four figures everything else explains. */
import type { FleetSummary } from '../admin/answers.ts';
import { useNow } from './live/use-now.ts';
import { ago, counted, duration, of } from './text/quantities.ts';

export function Headline({ fleet }: { fleet: FleetSummary | undefined }) {
  return (
    <div className="headline">
      <dl>
        <Figure name="Devices" value={fleet?.devices} href="#/devices" />
        <Figure name="Applications installed" value={fleet?.applications} href="#/applications" />
        <Figure name="Executables" value={fleet?.executables} href="#/executables" />
        <Figure
          name="Applications used today"
          value={fleet?.used_today}
          href="#/applications?sort=seconds_today&order=desc"
        />
      </dl>
      <p className="as-of">{fleet && <AsOf fleet={fleet} />}</p>
    </div>
  );
}

/** Figures are derived now and then, not with each report: in production every hour. */
function AsOf({ fleet }: { fleet: FleetSummary }) {
  const now = useNow();
  const { inventory_computed_at: inventory, usage_computed_at: usage, seconds_today: seconds } = fleet;
  const parts = [
    inventory && `Installed software as of ${ago(Date.parse(inventory), now)}.`,
    usage &&
      `${duration(seconds)} of use today (UTC) over all devices, as of ${ago(Date.parse(usage), now)}.`,
    fleet.held > 0 && `Held at earlier figures: ${of(fleet.held, 'application day')}.`,
  ];
  return parts.filter(Boolean).join(' ');
}

interface FigureProps {
  name: string;
  value: number | undefined;
  href: string;
}

function Figure({ name, value, href }: FigureProps) {
  return (
    <div className="figure">
      <dt>
        <a href={href}>{name}</a>
      </dt>
      <dd>
        <span className="value">{value === undefined ? '–' : counted(value)}</span>
      </dd>
    </div>
  );
}
