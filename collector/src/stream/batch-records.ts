/** The records of an append as one message carries them: their envelopes follow each other in its bytes. */
import type { NewStreamRecord } from './stream.ts';
import type { BatchEntry } from './worker-messages.ts';

export function recordsOf(entries: readonly BatchEntry[], bytes: Uint8Array): NewStreamRecord[] {
  let at = 0;
  return entries.map(({ length, ...fields }) => {
    const envelope = bytes.subarray(at, at + length);
    at += length;
    return { ...fields, envelope };
  });
}
