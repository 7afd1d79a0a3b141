/**
 * Whether records that failed for good failed for a reason of ours. One record, or one device, may be bad; when most
 * devices seem to be, it is the collector, and what it would put aside is all good: then it stops and tries again until
 * somebody corrects it. Pure.
 */

/** A record that was looked at alone or with others, in the order of the stream. */
export interface Looked {
  deviceId: string;
  refused: boolean;
}

/** Records refused one after the other, with none in between that passed; goes on from range to range. */
export interface Streak {
  records: number;
  devices: ReadonlySet<string>;
}

export const NO_STREAK: Streak = { records: 0, devices: new Set() };

/** Fewer than this can be bad by themselves, whatever share of the fleet they are. */
const FEWEST_DEVICES = 3;
/** Fewer records than this are no sample. */
const FEWEST_RECORDS = 10;
const LONGEST_STREAK = 20;
/** The same devices come again and again: more are not remembered. */
const REMEMBERED_DEVICES = FEWEST_DEVICES;

/** `range`: what was looked at of the range in hand. `before`: how the last one ended. */
export function isSystematic(range: readonly Looked[], before: Streak): boolean {
  const refused = new Set(range.filter((each) => each.refused).map(({ deviceId }) => deviceId));
  const { records, devices } = streakAfter(range, before);
  // Nothing of it passed, and nothing of the ranges before: a quiet hour brings them one by one.
  if (records >= range.length && records > LONGEST_STREAK && devices.size >= FEWEST_DEVICES) return true;
  const all = new Set(range.map(({ deviceId }) => deviceId));
  return range.length >= FEWEST_RECORDS && refused.size >= FEWEST_DEVICES && refused.size * 2 >= all.size;
}

export function streakAfter(range: readonly Looked[], before: Streak): Streak {
  let records = before.records;
  let devices = new Set(before.devices);
  for (const { deviceId, refused } of range) {
    if (!refused) {
      records = 0;
      devices = new Set();
      continue;
    }
    records++;
    if (devices.size < REMEMBERED_DEVICES) devices.add(deviceId);
  }
  return { records, devices };
}
