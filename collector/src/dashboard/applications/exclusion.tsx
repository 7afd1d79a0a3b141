/** What records in quarantine do to the figures of a day, in words. */
import type { Exclusion } from '../../admin/answers.ts';
import { of } from '../text/quantities.ts';

/** Quiet when there is nothing to say. */
export function ExclusionMark({ stale_since, devices_excluded }: Exclusion) {
  if (stale_since !== null)
    return (
      <span className="mark held" title={`the last right figures, since ${utcMinute(stale_since)}`}>
        held: {of(devices_excluded, 'device')} in quarantine
      </span>
    );
  if (devices_excluded === 0) return null;
  return <span className="quiet">without {of(devices_excluded, 'device')}</span>;
}

/** Said once, above the figures. `days` are in words already. */
export function HeldNote({ days, excluded }: { days: readonly string[]; excluded: number }) {
  if (days.length === 0) return null;
  return (
    <p className="held-note" role="note">
      <strong>Held at earlier figures:</strong> {days.join(', ')}. Records of {of(excluded, 'device')} are in{' '}
      <a href="#/pipeline">quarantine</a>, too many to leave out; the last right figures are shown until they
      are repaired or discarded.
    </p>
  );
}

/** "2026-10-25 02:10 UTC" of an ISO time. */
export function utcMinute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
