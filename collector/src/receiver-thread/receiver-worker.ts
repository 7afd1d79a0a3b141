/**
 * The thread that receives: whatever else the collector does, processing above all, and the garbage that this makes, keeps no
 * device waiting for its answer.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import pino from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../clock/clock.ts';
import type { ReceiverDesk } from '../control/receiver-desk.ts';
import { ReceiverStore } from '../control/receiver-store.ts';
import { scrapedGauge } from '../metrics/metrics.ts';
import { createReceiveMetrics, watchReceiverThread } from '../metrics/receive-metrics.ts';
import { noteCommits } from '../metrics/stream-metrics.ts';
import { startAgentServer } from '../receive/agent-server.ts';
import { admissionLimits, BaselineAdmission } from '../receive/baseline-admission.ts';
import { DevicePace } from '../receive/device-pace.ts';
import { EnrolmentPace } from '../receive/enrolment-pace.ts';
import { AppendPort } from '../stream/append-port.ts';
import type { AppendWay } from '../stream/append-way.ts';
import { JetStreamAppends } from '../stream/jetstream/jetstream-appends.ts';
import { APPEND_QUEUE_LIMITS, StreamAppender } from '../stream/stream-appender.ts';
import { failedAnswer, type PortAnswer, PortCalls } from '../threads/port-calls.ts';
import { runFirst } from '../threads/run-first.ts';
import type {
  AskedByReceiver,
  AskedOfReceiver,
  ReceiverGreeting,
  ReceiverStart,
  ToldToReceiver,
} from './receiver-messages.ts';

const owner = parentPort as MessagePort;
if (!owner) throw new Error('receiver-worker runs as a worker thread only');
const start = workerData as ReceiverStart;
const log = pino({ level: start.logLevel, name: 'collector' }, pino.destination(2));
const { now } = systemClock;
const registry = new Registry();
const metrics = createReceiveMetrics(registry);
const calls = new PortCalls({
  post: (request, transfer) => owner.postMessage(request, [...transfer]),
});
const ask = <T>(request: AskedByReceiver): Promise<T> => calls.ask<T>(request);

const desk: ReceiverDesk = {
  join: (request) => ask({ ask: 'join', request }),
  note: (notes) => ask({ ask: 'note', notes }),
};
const control = new ReceiverStore(start.store, {
  desk,
  onLostNotes: (notes, error) => {
    metrics.lostNotes.inc(notes);
    log.warn({ notes, error: String(error) }, 'what devices were told or said is not noted: it comes again');
  },
});
const appends = appendsOver(start.appendWay);
const stream = new StreamAppender({
  ...APPEND_QUEUE_LIMITS,
  commit: (request) => appends.append(request),
  onCommit: noteCommits(registry),
});
const admission = new BaselineAdmission(admissionLimits(start.baselinesPerSecond));
scrapedGauge(
  registry,
  'fleetmeter_receive_baselines_waiting',
  'Devices that were told when to ask again for a whole inventory',
  () => admission.waiting(now()),
);
watchReceiverThread(registry, { runsFirst: await runFirst() });
const devicePace = new DevicePace(start.deviceMessagesPerSecond);

owner.on('message', (message: PortAnswer | ToldToReceiver | ({ id: number } & AskedOfReceiver)) => {
  if ('ok' in message) calls.settle(message);
  else if ('tell' in message) heed(message);
  else void answer(message);
});

const server = await startAgentServer({
  host: start.host,
  port: start.port,
  ...{ control, stream, metrics, log, admission, devicePace },
  enrolments: new EnrolmentPace(start.baselinesPerSecond),
  tls: start.tls,
  noticeKey: start.noticeKey,
}).catch((error: NodeJS.ErrnoException & { address?: string; port?: number }) => {
  const { message, code, syscall, address, port: taken } = error;
  greet({ cannot: JSON.parse(JSON.stringify({ message, code, syscall, address, port: taken })) });
  return undefined;
});
if (server) greet({ listens: { host: server.host, port: server.port } });
else await end();

function appendsOver(way: AppendWay): AppendPort | JetStreamAppends {
  if ('jetStream' in way) return new JetStreamAppends(way.jetStream);
  let firstPort: MessagePort | undefined = way.port;
  return new AppendPort(async () => {
    const given = firstPort ?? (await ask<MessagePort>({ ask: 'append-port' }));
    firstPort = undefined;
    return given;
  });
}

function greet(greeting: ReceiverGreeting): void {
  owner.postMessage(greeting);
}

function heed(message: ToldToReceiver): void {
  if (message.tell === 'executables') control.lookUpIn(message.executables);
  else if (message.tell === 'certificate') server?.setSecureContext(message.context);
  else for (const [deviceId, executables] of message.devices) devicePace.named(deviceId, executables, now());
}

async function answer({ id, ask: asked }: { id: number } & AskedOfReceiver): Promise<void> {
  try {
    const value = asked === 'metrics' ? await registry.metrics() : await close();
    owner.postMessage({ id, ok: true, value } satisfies PortAnswer);
  } catch (error) {
    owner.postMessage(failedAnswer(id, error));
  }
  if (asked === 'close') owner.close();
}

async function close(): Promise<void> {
  await server?.close();
  await end();
}

async function end(): Promise<void> {
  await stream.close();
  await appends.close();
  await control.close();
  if (!server) owner.close();
}
