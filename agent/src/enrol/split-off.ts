/**
 * Becoming a device of one's own, after the collector proved that another machine lives under the same identity: a new
 * key for which the old one vouches, a ticket in place of a secret, and a child of the present epoch, whose facts went
 * to the new device already. Whatever breaks it off, the next attempt goes on with the same key and ends the same.
 */
import { randomBytes } from 'node:crypto';
import { EnrolRequest, type HostFactsFields, sealEnvelope } from '@fleetmeter/proto';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Exchange } from '../send/http-exchange.ts';
import type { AgentStore } from '../store/agent-store.ts';
import { type Enrolment, type EnrolOutcome, enrol, postEnrolRequest } from './enrol.ts';

export interface SplitParts {
  store: AgentStore;
  identity: DeviceIdentity;
  exchange: Exchange;
  host: () => HostFactsFields;
}

/** The collector gave this ticket. A next key from before may be known to it as the original's. */
export function noteTicket({ store, identity }: SplitParts, ticket: Uint8Array): void {
  const hex = Buffer.from(ticket).toString('hex');
  if (store.facts.read('split')?.ticket === hex) return;
  identity.keys.dropNext();
  const { keyId } = identity.keys.makeNext().signingKey;
  store.facts.write('split', { ticket: hex, nextKeyId: keyId });
}

/** One attempt; `undefined` when no ticket waits. Rejects when no answer came. */
export async function splitOff(
  parts: SplitParts,
  nowMs: number,
  signal: AbortSignal,
): Promise<EnrolOutcome | undefined> {
  const { store, identity } = parts;
  const split = store.facts.read('split');
  if (!split) return undefined;
  const outcome = await ask(parts, split, nowMs, signal);
  if (outcome.is === 'enrolled') {
    const next = identity.keys.next();
    if (next) identity.keys.takeOver(next);
    becomeDevice(store, outcome.enrolment);
  }
  // The ticket is not this agent's: it goes on as it is, and hears again what it is to do.
  if (outcome.is === 'refused' || outcome.is === 'key-unknown') {
    identity.keys.dropNext();
    store.facts.remove('split');
  }
  return outcome;
}

async function ask(
  { identity, exchange, host }: SplitParts,
  { ticket, nextKeyId }: { ticket: string; nextKeyId: string },
  nowMs: number,
  signal: AbortSignal,
): Promise<EnrolOutcome> {
  const current = identity.keys.current();
  // The new key took over and the store was not told.
  if (current.signingKey.keyId === nextKeyId)
    return await enrol(exchange, { identity, host: host(), secret: '' }, nowMs, signal);
  const next = identity.keys.makeNext();
  const request = EnrolRequest.encode({
    publicKey: next.publicKey,
    previousKey: current.publicKey,
    splitTicket: Buffer.from(ticket, 'hex'),
    host: host(),
  }).finish();
  const envelope = sealEnvelope('EnrolRequest', request, next.signingKey, current.signingKey);
  return await postEnrolRequest(exchange, envelope, nowMs, signal);
}

/**
 * What was acknowledged in this epoch stays so: the collector moved it. What was before is the time that both machines
 * have in common; it stays with the original, and must not be told twice.
 */
function becomeDevice(store: AgentStore, { deviceId }: Enrolment): void {
  store.transaction(() => {
    const enrolment = store.facts.read('enrolment');
    const epoch = store.outbox.epoch();
    if (enrolment)
      store.facts.write('enrolment', { ...enrolment, deviceId: Buffer.from(deviceId).toString('hex') });
    store.usage.forgetEarlierEpochs();
    if (epoch)
      store.outbox.openEpoch(randomBytes(16), {
        id: epoch.id,
        sequence: Math.max(1, epoch.sequence),
        digest: epoch.ackedDigest,
      });
    store.facts.remove('split');
  });
}
