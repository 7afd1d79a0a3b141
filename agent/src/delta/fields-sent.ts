/** What a sealed message of this device holds, in the terms of disclosure.ts. Pure. */
import { zstdDecompressSync } from 'node:zlib';
import {
  decodeEvidence,
  EnrolRequest,
  Envelope,
  EvidenceBatch,
  MAX_MESSAGE_BYTES,
  payloadHash,
  Report,
} from '@fleetmeter/proto';
import { DISCLOSURE } from './disclosure.ts';

export type SentMessage = { name: string; bytes: number; fields: string[] } & (
  | { kind: 'Report'; content: Report }
  | { kind: 'EvidenceBatch'; content: EvidenceBatch }
  | { kind: 'EnrolRequest'; content: EnrolRequest }
);

/**
 * `name` is the hash of the payload, hex: the same message sealed under another key is the same one. `fields` are
 * "Message.field" in alphabetical order: those that are on the wire, and no others. Throws on what is no message of ours.
 */
export function readSent(envelope: Uint8Array): SentMessage {
  const opened = Envelope.decode(envelope);
  const message = zstdDecompressSync(opened.payload, { maxOutputLength: MAX_MESSAGE_BYTES });
  const found = new Set<string>();
  collect(opened, found);
  const common = { name: Buffer.from(payloadHash(opened.payload)).toString('hex'), bytes: envelope.length };
  const sorted = (content: object): string[] => {
    collect(content, found);
    return [...found].sort();
  };
  if (opened.payloadType === 'fm1.Report') {
    const content = Report.decode(message);
    return { ...common, kind: 'Report', content, fields: sorted(content) };
  }
  if (opened.payloadType === 'fm1.EvidenceBatch') {
    const content = EvidenceBatch.decode(message);
    return { ...common, kind: 'EvidenceBatch', content, fields: sorted(content) };
  }
  if (opened.payloadType === 'fm1.EnrolRequest') {
    const content = EnrolRequest.decode(message);
    return { ...common, kind: 'EnrolRequest', content, fields: sorted(content) };
  }
  throw new Error(`no message of this agent: ${JSON.stringify(opened.payloadType)}`);
}

/** A decoded message has what was on the wire as properties of its own; its class is named as in the schema. */
function collect(message: object, into: Set<string>): void {
  const { name } = message.constructor;
  for (const [property, value] of Object.entries(message)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (value === null || values.length === 0) continue;
    into.add(`${name}.${asInSchema(property)}`);
    for (const each of values) if (isMessage(each)) collect(each, into);
  }
  if (name === 'EvidenceRecord') collectEvidence(message as { evidence?: Uint8Array }, into);
}

/** Evidence has an encoding of its own within the message. */
function collectEvidence({ evidence }: { evidence?: Uint8Array }, into: Set<string>): void {
  if (!evidence || evidence.length === 0) return;
  for (const [field, value] of Object.entries(decodeEvidence(evidence)))
    if (value !== undefined) into.add(`Evidence.${field}`);
}

function isMessage(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.hasOwn(DISCLOSURE, value.constructor.name);
}

function asInSchema(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
