/** Usage as a scripted device tells it: one run, one user, records as a test wants them. */
import { encodeSlots, type UsageFields, type UsageRecordFields } from '@fleetmeter/proto';

/** Of all crafted usage, hex of its 8 bytes little-endian. */
export const CRAFTED_RUN = '1122334455667788';

/** 200 seconds in one five-minute mark. `executableId`: 16 hex digits; `day`: days since 1970. */
export function craftedRecord(day: number, executableId: string): UsageRecordFields {
  return {
    ...{ run: 0, user: 0, day, seconds: 200, slots: encodeSlots([7]), launches: { user: 1 } },
    executableId: Buffer.from(executableId, 'hex').reverse(),
  };
}

export function craftedUsage(records: UsageRecordFields[]): UsageFields {
  return { runs: Buffer.from(CRAFTED_RUN, 'hex'), users: [new Uint8Array(8).fill(9)], records };
}
