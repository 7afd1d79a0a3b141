/**
 * Another key for the same device. Both keys sign the request; until its answer is here the old one stays in use, and
 * the request may be repeated at any time, since the collector answers the same again.
 */
import { EnrolRequest, type HostFactsFields, sealEnvelope } from '@fleetmeter/proto';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Exchange } from '../send/http-exchange.ts';
import { enrol, postEnrolRequest } from './enrol.ts';

export type KeyReplacement =
  | { is: 'replaced'; deviceId: Uint8Array; keyId: string }
  /** The old key stays in use; trying again later may help. */
  | { is: 'failed'; why: string; retryAfterMs: number };

/** The collector takes no other offer of this key. */
const KEY_IS_NO_GOOD: ReadonlySet<string> = new Set(['key-id-taken', 'public-key-malformed']);

/** One attempt. Rejects when no answer came; the next key is kept for the next attempt then. */
export async function replaceKey(
  exchange: Exchange,
  identity: DeviceIdentity,
  host: HostFactsFields,
  nowMs: number,
  signal: AbortSignal,
): Promise<KeyReplacement> {
  const { keys } = identity;
  const previous = keys.current();
  const next = keys.makeNext();
  const request = EnrolRequest.encode({
    publicKey: next.publicKey,
    previousKey: previous.publicKey,
    host,
  }).finish();
  const envelope = sealEnvelope('EnrolRequest', request, next.signingKey, previous.signingKey);
  const outcome = await postEnrolRequest(exchange, envelope, nowMs, signal);
  if (outcome.is !== 'enrolled') {
    if (outcome.is === 'refused' && KEY_IS_NO_GOOD.has(outcome.code)) keys.dropNext();
    return failed(outcome);
  }
  keys.takeOver(next);
  // Spoken to under the new key alone, the collector lets go of the old one sooner. It does so anyway.
  await enrol(exchange, { identity, host, secret: '' }, nowMs, signal).catch(() => undefined);
  return { is: 'replaced', deviceId: outcome.enrolment.deviceId, keyId: next.signingKey.keyId };
}

function failed(
  outcome: Exclude<Awaited<ReturnType<typeof postEnrolRequest>>, { is: 'enrolled' }>,
): KeyReplacement {
  if (outcome.is === 'retry') return { is: 'failed', why: outcome.why, retryAfterMs: outcome.retryAfterMs };
  if (outcome.is === 'key-unknown')
    return { is: 'failed', why: 'the collector does not know this device', retryAfterMs: 0 };
  const why =
    outcome.code === 'signature-missing'
      ? 'this collector is too old to replace keys'
      : `${outcome.code}: ${outcome.detail}`;
  return { is: 'failed', why, retryAfterMs: outcome.is === 'not-admitted' ? outcome.retryAfterMs : 0 };
}
