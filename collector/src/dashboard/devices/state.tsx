import type { DeviceRow } from '../../admin/answers.ts';

/** Quiet when there is nothing to say. */
export function State({ state }: Pick<DeviceRow, 'state'>) {
  return state === 'active' ? (
    <span className="quiet">{state}</span>
  ) : (
    <span className="mark state">{state}</span>
  );
}
