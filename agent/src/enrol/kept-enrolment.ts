/** What enrolment gave, as the store keeps it. */
import { randomBytes } from 'node:crypto';
import type { Addressee } from '../send/next-report.ts';
import type { AgentStore } from '../store/agent-store.ts';
import type { Facts } from '../store/fact-table.ts';
import type { Enrolment } from './enrol.ts';

/** Whom reports are for; undefined when the agent has to enrol first, also because the collector is elsewhere now. */
export function addressee(store: AgentStore, collectorUrl: string): Addressee | undefined {
  const known = store.facts.read('enrolment');
  if (!known || known.collectorUrl !== collectorUrl || !store.outbox.epoch()) return undefined;
  return {
    deviceId: Uint8Array.from(Buffer.from(known.deviceId, 'hex')),
    collectorId: Uint8Array.from(Buffer.from(known.collectorId, 'hex')),
  };
}

/** Another device id or another collector knows nothing of what was acknowledged: a new epoch, all usage again. */
export function keepEnrolment(
  store: AgentStore,
  { deviceId, collectorId, noticeKey }: Enrolment,
  collectorUrl: string,
): void {
  const enrolment: Facts['enrolment'] = {
    deviceId: Buffer.from(deviceId).toString('hex'),
    collectorId: Buffer.from(collectorId).toString('hex'),
    collectorUrl,
  };
  store.transaction(() => {
    const before = store.facts.read('enrolment');
    const same = before?.deviceId === enrolment.deviceId && before.collectorId === enrolment.collectorId;
    if (!same || !store.outbox.epoch()) {
      store.outbox.openEpoch(randomBytes(16), undefined);
      store.usage.unacknowledge({ sinceDay: 0 });
    }
    // A key for notices that is known stays: only who joins somewhere anew takes another one on trust.
    const sameCollector = before?.collectorId === enrolment.collectorId;
    const samePlace = before?.collectorUrl === enrolment.collectorUrl;
    const known = sameCollector && samePlace ? before.noticeKey : undefined;
    const key = known ?? (noticeKey && Buffer.from(noticeKey).toString('hex'));
    store.facts.write('enrolment', { ...enrolment, ...(key && { noticeKey: key }) });
  });
}
