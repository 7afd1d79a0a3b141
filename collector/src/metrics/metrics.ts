/**
 * What an operator can watch, in Prometheus' form. One registry of its own, so that tests and several collectors
 * in one process do not share counters. Names begin with `fleetmeter_` and carry their unit; labels come from
 * closed lists only, never from what a device sends.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { REFUSALS } from '../validate/refusals.ts';

export type AgentRoute = 'enrol' | 'report' | 'evidence';

export interface ReceiveMetrics {
  requests: Counter<'route' | 'outcome'>;
  refusals: Counter<'code'>;
  receivedBytes: Counter<'route'>;
  acknowledgeSeconds: Histogram<'route'>;
  evidenceAsked: Counter;
  baselines: Counter<'outcome'>;
  connectionsDropped: Counter;
  heldRefusals: Gauge;
}

export interface Metrics {
  registry: Registry;
  receive: ReceiveMetrics;
}

/** Of the runtime's own: gauges that call themselves totals, labels that are class names, and what nobody looks at. */
const UNASKED = [
  ...['active_resources', 'active_resources_total', 'active_handles', 'active_handles_total'],
  ...['active_requests', 'active_requests_total', 'heap_space_size_total_bytes'],
  ...['heap_space_size_used_bytes', 'heap_space_size_available_bytes'],
  ...['eventloop_lag_min_seconds', 'eventloop_lag_mean_seconds', 'eventloop_lag_stddev_seconds'],
];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'fleetmeter_' });
  for (const name of UNASKED) registry.removeSingleMetric(`fleetmeter_nodejs_${name}`);
  const metrics: Metrics = {
    registry,
    receive: {
      requests: new Counter({
        name: 'fleetmeter_receive_requests_total',
        help: 'Requests on the agent port, by route and outcome (accepted, refused, failed)',
        labelNames: ['route', 'outcome'],
        registers,
      }),
      refusals: new Counter({
        name: 'fleetmeter_receive_refusals_total',
        help: 'Requests refused on the agent port, by code (see docs/refusals.md)',
        labelNames: ['code'],
        registers,
      }),
      receivedBytes: new Counter({
        name: 'fleetmeter_receive_bytes_total',
        help: 'Bytes of accepted envelopes, compressed, by route',
        labelNames: ['route'],
        registers,
      }),
      acknowledgeSeconds: new Histogram({
        name: 'fleetmeter_receive_acknowledge_seconds',
        help: 'From the last byte of a request to its acknowledgement, the durable commit included',
        labelNames: ['route'],
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
        registers,
      }),
      evidenceAsked: new Counter({
        name: 'fleetmeter_receive_evidence_asked_total',
        help: 'Evidence that acknowledgements asked devices for',
        registers,
      }),
      baselines: new Counter({
        name: 'fleetmeter_receive_baselines_total',
        help: 'Devices that had to send a whole inventory or old usage, by outcome: admitted, or postponed to a later time',
        labelNames: ['outcome'],
        registers,
      }),
      connectionsDropped: new Counter({
        name: 'fleetmeter_receive_connections_dropped_total',
        help: 'Connections closed at once because too many were open',
        registers,
      }),
      heldRefusals: new Gauge({
        name: 'fleetmeter_receive_held_refusals',
        help: 'Requests refused as too many that wait to be told so: refusing them all at once would cost what reports need',
        registers,
      }),
    },
  };
  // Alarms ask how much a counter rose: it has to be there before it does.
  for (const code of Object.keys(REFUSALS)) metrics.receive.refusals.inc({ code }, 0);
  return metrics;
}

/** A scrape waits no longer for one value. An engine that hangs must not silence what the others say. */
const SCRAPE_PATIENCE_MS = 2_000;

/** The same read, at most one at a time however often it is asked; rejects when it takes too long for a scrape. */
export function boundedRead<T>(
  read: () => T | Promise<T>,
  patienceMs = SCRAPE_PATIENCE_MS,
): () => Promise<T> {
  let running: Promise<T> | undefined;
  return async () => {
    running ??= Promise.resolve()
      .then(read)
      .finally(() => {
        running = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('not read in time')), patienceMs);
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A gauge that is asked for its value when somebody scrapes. A value that cannot be read now is left out. */
export function scrapedGauge(
  registry: Registry,
  name: `fleetmeter_${string}`,
  help: string,
  read: () => number | Promise<number>,
): void {
  const bounded = boundedRead(read);
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      try {
        this.set(await bounded());
      } catch {
        this.remove();
      }
    },
  });
}
