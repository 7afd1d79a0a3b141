/**
 * Who signed a PE file: "PE Format", section "The Attribute Certificate Table", whose entries hold PKCS #7 signatures.
 * Files of Windows itself are mostly signed in catalogues beside them, and have no signature of their own.
 */
import type { BoundedReader } from './bounded-reader.ts';
import { cmsSigner } from './cms-signer.ts';
import { CERTIFICATE_TABLE, type PeImage } from './pe-image.ts';

const MOST_TABLE_ENTRIES = 8;
const ENTRY_HEAD_BYTES = 8;
const PKCS_SIGNED_DATA = 2;

/** Common name or organisation of the first PKCS #7 signature's signer, as it claims: nothing is verified. */
export function authenticodeSigner(reader: BoundedReader, image: PeImage): string | undefined {
  const table = image.tables.get(CERTIFICATE_TABLE);
  if (!table) return undefined;
  const tableEnd = table.address + table.size;
  let at = table.address;
  for (let count = 1; at + ENTRY_HEAD_BYTES <= tableEnd; count++) {
    if (reader.limits.exceeds(count, MOST_TABLE_ENTRIES)) return undefined;
    const head = reader.part(at, ENTRY_HEAD_BYTES);
    if (!head) return undefined;
    const length = head.readUInt32LE(0);
    const end = Math.min(at + length, tableEnd);
    if (head.readUInt16LE(6) === PKCS_SIGNED_DATA) return cmsSigner(reader, at + ENTRY_HEAD_BYTES, end);
    if (length < ENTRY_HEAD_BYTES) return undefined;
    at = Math.ceil((at + length) / 8) * 8;
  }
  return undefined;
}
