/** Whether an application is used on a device, in words; and what it means that this is not known. */
import type { DeviceUseRow, UnknownReason } from '../../admin/answers.ts';

export const REASONS: Record<UnknownReason, string> = {
  'not observed': 'less than 80 % of the time the device was on was observed',
  absent: 'the device was off, or nobody was at it, on too many days',
  'presence not known': 'the device cannot tell whether a person is at it',
  'start not seen': 'it ran, and who started it was not seen',
  'foreground not known': 'it ran, and whether it was in front cannot be told there',
  'too new': 'it has not been there for 30 days yet',
  silent: 'the device has reported nothing for a week',
  'in quarantine': 'records of its use wait in quarantine',
  'not installed': 'it ran there in the last 90 days, and is not installed now',
};

/** A licence that can be taken back stands out. */
export function UseState({ state, reason }: Pick<DeviceUseRow, 'state' | 'reason'>) {
  if (state === 'not used') return <span className="mark state">{state}</span>;
  return (
    <span className="quiet">
      {state}
      {reason !== '' && `: ${reason}`}
    </span>
  );
}
