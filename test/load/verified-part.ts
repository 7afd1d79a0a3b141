/** How much of a run is compared: everything that stays affordable, and samples of what grows with the product of both. */

export interface VerifiedPart {
  /** UTC days, counted from 1970, whose use is compared. */
  days: number[];
  /** The day whose number of devices per application is the present one; undefined when that day is over. */
  today: number | undefined;
  /** Devices whose list of executables and whose use is compared line by line. */
  sampled: number[];
  /** Whether installations are counted for every device, from the view. */
  countsInstallations: boolean;
}

const SAMPLED = 20;
/** Installations that the view lists within the time that a reader has. */
const MOST_COUNTED_INSTALLATIONS = 20_000_000;

export function verifiedPart(
  size: { devices: number; executables: number },
  days: { from: number; to: number; today: number },
): VerifiedPart {
  const step = Math.max(1, Math.floor(size.devices / SAMPLED));
  const sampled: number[] = [];
  for (let device = 0; device < size.devices && sampled.length < SAMPLED; device += step)
    sampled.push(device);
  return {
    days: Array.from({ length: days.to - days.from + 1 }, (_, index) => days.from + index),
    today: days.today >= days.from && days.today <= days.to ? days.today : undefined,
    sampled,
    countsInstallations: size.devices * size.executables <= MOST_COUNTED_INSTALLATIONS,
  };
}
