/**
 * What an operator can watch, in Prometheus' form. One registry of its own, so that tests and several collectors
 * in one process do not share counters. Names begin with `fleetmeter_` and carry their unit; labels come from
 * closed lists only, never from what a device sends.
 */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Of the runtime's own: gauges that call themselves totals, labels that are class names, and what nobody looks at. */
const UNASKED = [
  ...['active_resources', 'active_resources_total', 'active_handles', 'active_handles_total'],
  ...['active_requests', 'active_requests_total', 'heap_space_size_total_bytes'],
  ...['heap_space_size_used_bytes', 'heap_space_size_available_bytes'],
  ...['eventloop_lag_min_seconds', 'eventloop_lag_mean_seconds', 'eventloop_lag_stddev_seconds'],
];

/** With what is to be known of the process itself. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'fleetmeter_' });
  for (const name of UNASKED) registry.removeSingleMetric(`fleetmeter_nodejs_${name}`);
  return registry;
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
