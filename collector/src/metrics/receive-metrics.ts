/** What receiving tells an operator. Counted where it happens, which is a thread of its own. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { REFUSALS } from '../validate/refusals.ts';
import { scrapedGauge } from './metrics.ts';

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
  lostNotes: Counter;
}

export function createReceiveMetrics(registry: Registry): ReceiveMetrics {
  const registers = [registry];
  const metrics: ReceiveMetrics = {
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
    lostNotes: new Counter({
      name: 'fleetmeter_receive_lost_notes_total',
      help: 'Notes of what devices were told, or said of themselves, that could not be written: it is told or said again',
      registers,
    }),
  };
  // Alarms ask how much a counter rose: it has to be there before it does.
  for (const code of Object.keys(REFUSALS)) metrics.refusals.inc({ code }, 0);
  return metrics;
}

const LOOK_EVERY_MS = 10;

/** Of the thread that calls this. */
export function watchReceiverThread(registry: Registry, { runsFirst }: { runsFirst: boolean }): void {
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  delay.enable();
  scrapedGauge(
    registry,
    'fleetmeter_receive_eventloop_lag_p99_seconds',
    'How late the thread that receives is, the 99th percentile since the last scrape',
    () => {
      // What is measured is the time between two looks.
      const betweenMs = delay.percentile(99) / 1e6;
      delay.reset();
      return Math.max(0, betweenMs - LOOK_EVERY_MS) / 1000;
    },
  );
  scrapedGauge(
    registry,
    'fleetmeter_receive_heap_bytes',
    'Heap that the thread that receives uses',
    () => getHeapStatistics().used_heap_size,
  );
  scrapedGauge(
    registry,
    'fleetmeter_receive_realtime',
    '1 when the system lets the thread that receives run before all ordinary ones (see docs/install-collector.md)',
    () => (runsFirst ? 1 : 0),
  );
  new Counter({
    name: 'fleetmeter_receive_cpu_seconds_total',
    help: 'CPU time of the thread that receives',
    registers: [registry],
    collect() {
      const { user, system } = process.threadCpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}

/** Of the thread that started it. */
export function watchReceiver(registry: Registry, isUp: () => boolean): { ended(): void } {
  scrapedGauge(registry, 'fleetmeter_receive_up', '1 while the thread that receives works', () =>
    isUp() ? 1 : 0,
  );
  const restarts = new Counter({
    name: 'fleetmeter_receive_restarts_total',
    help: 'Times that the thread that receives ended by itself and was started again',
    registers: [registry],
  });
  return { ended: () => restarts.inc() };
}
