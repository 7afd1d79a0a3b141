/**
 * From the bytes of a request to a message that may be trusted to be what its device sent: bounds, signature,
 * inflation, bounds again, decoding, shape, and that it is meant for this collector, in this order, so that
 * nothing is inflated for a stranger and nothing is decoded that was not counted. Throws Refusal or
 * EnvelopeError; has no effects.
 */
import {
  EnrolRequest,
  Envelope,
  EvidenceBatch,
  MAX_MESSAGE_BYTES,
  type MessageKind,
  Report,
} from '@fleetmeter/proto';
import { openEnvelope, openSelfSigned } from '@fleetmeter/proto/opening';
import type { EnrolledDevice } from '../control/contract/device-keys.ts';
import type { Newcomer, ReceiverControl } from '../control/contract/receiver-control.ts';
import { DeviceErasedError, DeviceRevokedError, KeyReplacedError } from '../control/known-keys.ts';
import { Refusal } from '../validate/refusals.ts';
import { evidenceBatchFault, reportFault, type ShapeFault } from '../validate/report-shape.ts';
import { ENROL_REQUEST_RULE, ENVELOPE_RULE, EVIDENCE_BATCH_RULE, REPORT_RULE } from './message-rules.ts';
import { checkWire, type MessageRule } from './wire-limits.ts';

/** Body of a request. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** An EnrolRequest is inflated before its key is known, so it must be small. */
const MAX_ENROL_BYTES = 64 * 1024;
const PUBLIC_KEY_BYTES = 32;
const KEY_ID = /^[0-9a-f]{16}$/;

type Keys = Pick<ReceiverControl, 'findKey' | 'collectorId'>;

/** `now` in milliseconds since 1970: a key that was replaced counts for a while only. */
export function openReport(
  body: Uint8Array,
  keys: Keys,
  now: number,
): { device: EnrolledDevice; report: Report } {
  const { message, device } = openSigned(body, 'Report', REPORT_RULE, keys, now);
  const report = decoded(() => Report.decode(message));
  checkAddress(report, device, keys);
  checkShape(reportFault(report));
  return { device, report };
}

export function openEvidence(
  body: Uint8Array,
  keys: Keys,
  now: number,
): { device: EnrolledDevice; batch: EvidenceBatch } {
  const { message, device } = openSigned(body, 'EvidenceBatch', EVIDENCE_BATCH_RULE, keys, now);
  const batch = decoded(() => EvidenceBatch.decode(message));
  checkAddress(batch, device, keys);
  checkShape(evidenceBatchFault(batch));
  return { device, batch };
}

/** The envelope is signed by the keys it carries, which proves that the sender has them. */
export function openEnrolRequest(body: Uint8Array): Newcomer {
  checkEnvelope(body);
  let newcomer: Newcomer | undefined;
  const signersOf = (message: Buffer): Uint8Array[] => {
    checkWire(message, ENROL_REQUEST_RULE, 'EnrolRequest');
    newcomer = newcomerOf(decoded(() => EnrolRequest.decode(message)));
    const { publicKey, previousKey } = newcomer;
    return previousKey ? [publicKey, previousKey] : [publicKey];
  };
  openSelfSigned(body, 'EnrolRequest', signersOf, MAX_ENROL_BYTES);
  return newcomer as unknown as Newcomer;
}

function newcomerOf({ publicKey, secret, previousKey, splitTicket, host }: EnrolRequest): Newcomer {
  const hasTicket = (splitTicket?.length ?? 0) > 0;
  const hasPrevious = (previousKey?.length ?? 0) > 0;
  if (hasTicket && !hasPrevious)
    throw new Refusal('message-malformed', 'a split ticket needs the key it was given to');
  return {
    publicKey: rawKey(publicKey),
    secret: secret ?? '',
    names: {
      hostname: host?.hostname ?? '',
      managementId: host?.managementId ?? '',
      groupTag: host?.groupTag ?? '',
    },
    previousKey: hasPrevious ? rawKey(previousKey) : undefined,
    splitTicket: hasTicket ? Uint8Array.from(splitTicket ?? []) : undefined,
  };
}

function rawKey(given: Uint8Array | null | undefined): Uint8Array {
  const key = Uint8Array.from(given ?? []);
  if (key.length === PUBLIC_KEY_BYTES) return key;
  throw new Refusal('public-key-malformed', `an Ed25519 public key has 32 bytes, not ${key.length}`);
}

function openSigned(
  body: Uint8Array,
  kind: MessageKind,
  rule: MessageRule,
  keys: Keys,
  now: number,
): { message: Buffer; device: EnrolledDevice } {
  checkEnvelope(body);
  let device: EnrolledDevice | undefined;
  const findKey = (keyId: string) => {
    device = KEY_ID.test(keyId) ? keyOf(keyId, keys, now) : undefined;
    return device?.publicKey;
  };
  const { message } = openEnvelope(body, kind, findKey, MAX_MESSAGE_BYTES);
  checkWire(message, rule, kind);
  return { message, device: device as unknown as EnrolledDevice };
}

function keyOf(keyId: string, keys: Keys, now: number): EnrolledDevice | undefined {
  try {
    return keys.findKey(keyId, now);
  } catch (cause) {
    if (cause instanceof DeviceErasedError) throw new Refusal('device-erased', cause.message, { cause });
    if (cause instanceof DeviceRevokedError) throw new Refusal('device-revoked', cause.message, { cause });
    if (cause instanceof KeyReplacedError) throw new Refusal('key-replaced', cause.message, { cause });
    throw cause;
  }
}

function checkEnvelope(body: Uint8Array): void {
  try {
    checkWire(body, ENVELOPE_RULE, 'Envelope');
    // A body without a payload decodes well and means nothing.
    if (Envelope.decode(body).payload.length > 0) return;
  } catch (cause) {
    throw new Refusal('envelope-malformed', (cause as Error).message, { cause });
  }
  throw new Refusal('envelope-malformed', 'the envelope has no payload');
}

/** The walk over the wire promises that decoding succeeds; what it may have missed is still the sender's fault. */
function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new Refusal('message-malformed', 'the message cannot be decoded', { cause });
  }
}

function checkAddress(
  message: { collectorId?: Uint8Array | null; deviceId?: Uint8Array | null },
  device: EnrolledDevice,
  keys: Keys,
): void {
  if (!sameBytes(message.collectorId, keys.collectorId))
    throw new Refusal('collector-mismatch', 'the message is meant for another collector');
  if (!sameBytes(message.deviceId, Buffer.from(device.deviceId, 'hex')))
    throw new Refusal('device-mismatch', 'the message names another device than the one that signed it');
}

function checkShape(fault: ShapeFault | undefined): void {
  if (fault) throw new Refusal(fault.code, fault.detail);
}

function sameBytes(a: Uint8Array | null | undefined, b: Uint8Array): boolean {
  return a !== null && a !== undefined && Buffer.compare(a, b) === 0;
}
