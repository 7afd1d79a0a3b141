/**
 * The three routes of the agent port. Each opens its message, which refuses what is wrong with it, makes it
 * durable, and only then answers; nothing is stored for a request that is refused.
 */
import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import { ANSWER_CONTENT_TYPE, EnrolResponse, keyIdOf, type Report } from '@fleetmeter/proto';
import { EnvelopeError } from '@fleetmeter/proto/opening';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock/clock.ts';
import {
  JoinRefusedError,
  type Newcomer,
  type ReceiverControl,
} from '../control/contract/receiver-control.ts';
import type { AgentRoute, ReceiveMetrics } from '../metrics/receive-metrics.ts';
import { type NewStreamRecord, type Stream, StreamFullError } from '../stream/stream.ts';
import { Refusal } from '../validate/refusals.ts';
import type { Accepted, Acknowledger } from './acknowledger.ts';
import type { BaselineAdmission } from './baseline-admission.ts';
import { baselineSince } from './baseline-request.ts';
import type { DevicePace } from './device-pace.ts';
import type { EnrolmentPace } from './enrolment-pace.ts';
import { LargeMessageLane } from './large-message-lane.ts';
import { openEnrolRequest, openEvidence, openReport } from './open-message.ts';
import { ReplayWindow } from './replay-window.ts';

export interface RouteDependencies {
  control: ReceiverControl;
  stream: Pick<Stream, 'append'>;
  acknowledger: Acknowledger;
  admission: BaselineAdmission;
  /** What notices are signed with, raw; devices learn it when they join. */
  noticeKey: Uint8Array | undefined;
  enrolments: EnrolmentPace;
  /** Undefined: devices may send as much as they like. */
  devicePace: DevicePace | undefined;
  metrics: ReceiveMetrics;
  clock: Clock;
}

type Keys = Pick<ReceiverControl, 'findKey' | 'collectorId'>;
const SIGNATURE_FAULTS: ReadonlySet<string> = new Set([
  'signature-missing',
  'signature-wrong',
  'key-unknown',
]);

/** For whom there is no appointment. */
const LATEST_TURN_SECONDS = 3_600;

export type RouteHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function messageRoutes(dependencies: RouteDependencies): Record<AgentRoute, RouteHandler> {
  const { control, stream, clock, metrics, admission, enrolments, devicePace, noticeKey } = dependencies;
  const replays = new ReplayWindow(control);
  const lane = new LargeMessageLane();
  /** A device that is new here sends a whole inventory next. */
  const admitNewcomer = (secret: string): void => {
    const answer = admission.ask(clock.now());
    metrics.baselines.inc({ outcome: answer.admitted ? 'admitted' : 'postponed' });
    if (answer.admitted) {
      // Only who is let in counts against the join string.
      enrolments.letsIn(hash('sha256', secret, 'hex'), clock.now());
      return;
    }
    const { inSeconds: retryAfterSeconds = LATEST_TURN_SECONDS } = answer;
    throw new Refusal('enrolment-postponed', `it is this device's turn in ${retryAfterSeconds} seconds`, {
      retryAfterSeconds,
    });
  };
  const append = async (record: NewStreamRecord): Promise<void> => {
    try {
      await stream.append(record);
    } catch (cause) {
      if (cause instanceof StreamFullError) throw cause;
      throw new Refusal('stream-unavailable', 'the report could not be made durable', { cause });
    }
  };
  /** Counts it against the device that signed it, and refuses a device that sends too much before its signature is verified. */
  const opened = async <T>(
    open: (body: Uint8Array, keys: Keys, now: number) => T,
    { envelope, connection }: { envelope: Buffer; connection: Socket },
  ): Promise<T> => {
    const now = clock.now();
    let named: string | undefined;
    let sender: string | undefined;
    const findKey: Keys['findKey'] = (keyId, at) => {
      const device = control.findKey(keyId, at);
      named = device?.deviceId;
      if (device) devicePace?.check(device.deviceId, at);
      sender = device?.deviceId;
      return device;
    };
    try {
      return open(envelope, { collectorId: control.collectorId, findKey }, now);
    } catch (error) {
      // Anybody can name a device.
      if (error instanceof EnvelopeError && SIGNATURE_FAULTS.has(error.fault)) sender = undefined;
      const tooOften = error instanceof Refusal && error.code === 'sending-too-often';
      if (tooOften && named && devicePace && !(await devicePace.hold(named))) connection.destroy();
      throw error;
    } finally {
      if (sender !== undefined) devicePace?.sent(sender, envelope.length, now);
    }
  };
  return {
    async enrol(request, reply) {
      const newcomer = openEnrolRequest(bodyOf(request));
      const admit = (): void => admitNewcomer(newcomer.secret);
      const joinedAs = await joined(control, newcomer, clock.now(), admit);
      const device = control.findKey(keyIdOf(newcomer.publicKey), clock.now());
      const { collectorId } = control;
      const settings = device && control.settingsFor(device, 0, clock.now());
      const deviceId = Buffer.from(joinedAs, 'hex');
      const answer = EnrolResponse.encode({
        ...{ deviceId, collectorId },
        ...(settings && { settings }),
        ...(noticeKey && { noticeKey }),
      });
      return send(reply, answer.finish());
    },

    async report(request, reply) {
      const envelope = bodyOf(request);
      await lane.turn(envelope.length);
      const { device, report } = await opened(openReport, {
        envelope,
        connection: request.raw.socket,
      });
      const { deviceId } = device;
      const epochId = Uint8Array.from(report.epoch?.id ?? []);
      const time = { epochId, sequence: report.sequence, composedAt: report.composedAt };
      replays.check(deviceId, time);
      await append({ kind: 'report', deviceId, receivedAt: clock.now(), envelope });
      replays.accepted(deviceId, time);
      metrics.receivedBytes.inc({ route: 'report' }, envelope.length);
      control.confirmedNotice(deviceId, report.noticeSerial);
      // Those of one commit become durable at the same moment.
      await lane.turn(envelope.length);
      return acknowledge(reply, dependencies, {
        device,
        report: {
          epochId,
          sequence: report.sequence,
          settingsVersion: report.settingsVersion,
          baselineSince: baselineSince(report),
          noticeSerial: report.noticeSerial,
        },
        executableIds: executableIdsIn(report),
        now: clock.now(),
      });
    },

    async evidence(request, reply) {
      const envelope = bodyOf(request);
      await lane.turn(envelope.length);
      const { device } = await opened(openEvidence, { envelope, connection: request.raw.socket });
      await append({ kind: 'evidence', deviceId: device.deviceId, receivedAt: clock.now(), envelope });
      metrics.receivedBytes.inc({ route: 'evidence' }, envelope.length);
      return acknowledge(reply, dependencies, {
        device,
        executableIds: new Uint8Array(0),
        now: clock.now(),
      });
    },
  };
}

function bodyOf(request: FastifyRequest): Buffer {
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body;
  throw new Refusal('envelope-malformed', 'the request has no body');
}

async function joined(
  control: ReceiverControl,
  newcomer: Newcomer,
  now: number,
  admit: () => void,
): Promise<string> {
  try {
    return await control.join(newcomer, now, admit);
  } catch (cause) {
    if (cause instanceof JoinRefusedError) throw new Refusal(cause.fault, cause.message, { cause });
    throw cause;
  }
}

/** Ids of what the report says is installed or used. A malformed id of a usage record is processing's affair. */
function executableIdsIn(report: Report): Uint8Array {
  const used = (report.usage?.records ?? []).flatMap(({ executableId }) =>
    executableId?.length === 8 ? [executableId] : [],
  );
  const present = report.inventory?.presentIds ?? new Uint8Array(0);
  return used.length === 0 ? present : Buffer.concat([present, ...used]);
}

function acknowledge(reply: FastifyReply, dependencies: RouteDependencies, accepted: Accepted): FastifyReply {
  const prepared = dependencies.acknowledger.prepare(accepted);
  dependencies.metrics.evidenceAsked.inc(prepared.evidenceAsked);
  if (prepared.baseline) dependencies.metrics.baselines.inc({ outcome: prepared.baseline });
  const connection = reply.raw;
  if (connection.destroyed) prepared.lost();
  else connection.once('close', () => (connection.writableFinished ? prepared.delivered() : prepared.lost()));
  return send(reply, prepared.bytes);
}

function send(reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  return reply.type(ANSWER_CONTENT_TYPE).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
