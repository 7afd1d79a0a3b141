/** What sender and receiver of DSSE envelopes agree on (https://github.com/secure-systems-lab/dsse, protocol.md). */
import { hash } from 'node:crypto';
import { Envelope } from './wire.ts';

export type MessageKind = 'Report' | 'EvidenceBatch' | 'EnrolRequest' | 'Notice';

/**
 * The one content type of request bodies; anything else, also with parameters, is refused. Names that travel with each
 * report are short: `fm1` is version 1 of this wire.
 */
export const ENVELOPE_CONTENT_TYPE = 'application/x-fm1';
/** Content type of Acknowledgement and EnrolResponse bodies. */
export const ANSWER_CONTENT_TYPE = 'application/x-fm1a';

/** The most that any message may inflate to: sender, receiver and readers of the stream keep to the same bound. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export const payloadType = (kind: MessageKind): string => `fm1.${kind}`;

/** DSSE's pre-authentication encoding: what is signed. */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}

/** The name of a key: first 16 hex digits of SHA-256 of the raw 32-byte public key. */
export function keyIdOf(rawPublicKey: Uint8Array): string {
  return hash('sha256', rawPublicKey, 'hex').slice(0, 16);
}

/** First 16 bytes of SHA-256 of a compressed payload: names one report. */
export function payloadHash(payload: Uint8Array): Uint8Array {
  return Uint8Array.from(hash('sha256', payload, 'buffer').subarray(0, 16));
}

/** payloadHash of an envelope of one's own, for example to recognise it in a ProcessedHead. */
export function envelopeHash(bytes: Uint8Array): Uint8Array {
  return payloadHash(Envelope.decode(bytes).payload);
}
