/** Getting a device id. The request is signed by the key it names; the same key always gets the same id. */
import {
  EnrolRequest,
  EnrolResponse,
  type HostFactsFields,
  type SettingsFields,
  sealEnvelope,
} from '@fleetmeter/proto';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Exchange } from '../send/http-exchange.ts';
import { readAnswer, type Verdict } from '../send/read-answer.ts';

const DEVICE_ID_BYTES = 8;
const COLLECTOR_ID_BYTES = 16;
const NOTICE_KEY_BYTES = 32;

export interface Enrolment {
  /** 8 bytes. */
  deviceId: Uint8Array;
  /** 16 bytes. */
  collectorId: Uint8Array;
  settings: SettingsFields | undefined;
  /** Ed25519, 32 bytes: signs the collector's notices. Undefined from a collector that sends none. */
  noticeKey: Uint8Array | undefined;
}

export type EnrolOutcome = { is: 'enrolled'; enrolment: Enrolment } | Exclude<Verdict, { is: 'answer' }>;

export interface Newcomer {
  identity: DeviceIdentity;
  host: HostFactsFields;
  /** Of the join string; empty when there is none, which is enough for a key that the collector knows. */
  secret: string;
}

/** The next attempt makes more. */
const MOST_KEYS_TRIED = 3;

/**
 * One attempt. When another device has a key of the same name, which is 64 bits of a hash, this one gets a new key:
 * no collector ever took the old one for its own. Rejects when no answer came.
 */
export async function enrol(
  exchange: Exchange,
  { identity, host, secret }: Newcomer,
  nowMs: number,
  signal: AbortSignal,
): Promise<EnrolOutcome> {
  const { keys } = identity;
  for (let tried = 1; ; tried++) {
    const { publicKey, signingKey } = keys.current();
    const message = EnrolRequest.encode({ publicKey, secret, host }).finish();
    const envelope = sealEnvelope('EnrolRequest', message, signingKey);
    const outcome = await postEnrolRequest(exchange, envelope, nowMs, signal);
    if (outcome.is !== 'refused' || outcome.code !== 'key-id-taken') return outcome;
    keys.takeOver(keys.makeNext());
    if (tried === MOST_KEYS_TRIED) return outcome;
  }
}

/** Any request for a device id. Rejects when no answer came. */
export async function postEnrolRequest(
  exchange: Exchange,
  envelope: Uint8Array,
  nowMs: number,
  signal: AbortSignal,
): Promise<EnrolOutcome> {
  const answer = await exchange.post('/v1/enrol', envelope, signal);
  const verdict = readAnswer(answer, nowMs);
  if (verdict.is !== 'answer') return verdict;
  const enrolment = readEnrolment(verdict.body);
  if (!enrolment) return { is: 'retry', why: 'the answer to enrolment is malformed', retryAfterMs: 0 };
  return { is: 'enrolled', enrolment };
}

function readEnrolment(body: Uint8Array): Enrolment | undefined {
  try {
    const { deviceId, collectorId, settings, noticeKey } = EnrolResponse.decode(body);
    if (deviceId.length !== DEVICE_ID_BYTES || collectorId.length !== COLLECTOR_ID_BYTES) return undefined;
    return {
      // Decoded bytes are views of the whole answer.
      deviceId: Uint8Array.from(deviceId),
      collectorId: Uint8Array.from(collectorId),
      settings: settings ?? undefined,
      noticeKey: noticeKey.length === NOTICE_KEY_BYTES ? Uint8Array.from(noticeKey) : undefined,
    };
  } catch {
    return undefined;
  }
}
