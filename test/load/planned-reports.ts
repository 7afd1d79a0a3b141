/** Composed reports on their way from the process that composes to the one that sends: device, length and bytes of each. */

export interface PlannedReport {
  device: number;
  envelope: Uint8Array;
}

const HEAD_BYTES = 8;

export function writePlan(reports: readonly PlannedReport[]): Buffer {
  return Buffer.concat(
    reports.flatMap(({ device, envelope }) => {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(device, 0);
      head.writeUInt32LE(envelope.length, 4);
      return [head, envelope];
    }),
  );
}

export function readPlan(bytes: Buffer): PlannedReport[] {
  const reports: PlannedReport[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEAD_BYTES + bytes.readUInt32LE(at + 4);
    reports.push({ device: bytes.readUInt32LE(at), envelope: bytes.subarray(at + HEAD_BYTES, end) });
    at = end;
  }
  return reports;
}
