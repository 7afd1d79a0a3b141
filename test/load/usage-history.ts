/**
 * Who ran what on a device in which hour: a function of seed, device and hour. Some thirty programs a day, about ten
 * of them in an hour in which somebody works, more during the day than at night.
 */
import type { DeviceHistory } from './device-history.ts';
import { drawn, drawnBits } from './named-chance.ts';
import type { SoftwarePackage } from './population.ts';

export type LaunchedBy = 'user' | 'autostart' | 'service' | 'scheduler' | 'unknown';

/** One program of one user within one hour and one run of the agent. */
export interface Happening {
  /** Number in the catalogue. */
  executable: number;
  /** 0, 1. */
  user: number;
  /** Runs of the agent so far on this device, from 0. */
  run: number;
  seconds: number;
  launches: number;
  launchedBy: LaunchedBy;
  /** Five-minute marks of the day in which it ran, ascending, in true order. */
  marks: number[];
}

const PROGRAMS_A_DAY = 30;
/** Of these the same every day. */
const HABITS = 15;
const ACTIVE_IN_AN_HOUR = 1 / 3;
const MARKS_AN_HOUR = 12;
const MARK_SECONDS = 300;
const HOURS_A_DAY = 24;
const SECOND_USER_PART = 0.2;
const RESTARTS_A_DAY = 0.05;
/** Hours east of UTC of the fleet's offices. */
const OFFSETS = [0, 1, 1, 2];

interface Repertoire {
  of: SoftwarePackage;
  program: number;
  user: number;
}

export class UsageHistory {
  readonly #history: DeviceHistory;

  constructor(history: DeviceHistory) {
    this.#history = history;
  }

  offsetHoursOf(device: number): number {
    return OFFSETS[drawnBits(this.#seed, 10, device) % OFFSETS.length] as number;
  }

  /** Everything in the hours `from` (included) to `to` (excluded) of one day; hours count from the first day. */
  happenings(device: number, from: number, to: number): Happening[] {
    const day = Math.floor(from / HOURS_A_DAY);
    const repertoire = this.#repertoire(device, day);
    const happened: Happening[] = [];
    for (let hour = from; hour < to; hour++) {
      if (drawn(this.#seed, 11, device, hour) >= busyness(hour + this.offsetHoursOf(device))) continue;
      for (const [index, { of, program, user }] of repertoire.entries()) {
        const bits = drawnBits(this.#seed, 12, device, hour, index);
        if ((bits >>> 16) / 65_536 >= ACTIVE_IN_AN_HOUR) continue;
        const first = this.#history.firstAt(of, device, hour);
        if (first !== undefined) happened.push(this.#happening(device, hour, first + program, user, bits));
      }
    }
    return happened;
  }

  /** Run of the agent in this hour. */
  runAt(device: number, hour: number): number {
    let restarts = 0;
    for (let day = 0; day * HOURS_A_DAY <= hour; day++) {
      const bits = drawnBits(this.#seed, 13, device, day);
      const restarted = (bits >>> 16) / 65_536 < RESTARTS_A_DAY;
      if (restarted && day * HOURS_A_DAY + (bits % HOURS_A_DAY) <= hour) restarts++;
    }
    return restarts;
  }

  get #seed(): number {
    return this.#history.population.size.seed;
  }

  #happening(device: number, hour: number, executable: number, user: number, bits: number): Happening {
    const start = bits % MARKS_AN_HOUR;
    const length = 1 + ((bits >>> 4) % (MARKS_AN_HOUR - start));
    const idle = (bits >>> 8) % MARK_SECONDS;
    const first = (hour % HOURS_A_DAY) * MARKS_AN_HOUR + start;
    return {
      executable,
      user,
      run: this.runAt(device, hour),
      seconds: length * MARK_SECONDS - idle,
      launches: (bits >>> 5) % 4,
      launchedBy: launchedBy((bits >>> 10) % 20),
      marks: Array.from({ length }, (_, index) => first + index),
    };
  }

  #repertoire(device: number, day: number): Repertoire[] {
    const packages = [...this.#history.population.packagesOf(device)];
    const users = drawn(this.#seed, 14, device) < SECOND_USER_PART ? 2 : 1;
    const chosen = new Map<string, Repertoire>();
    for (let index = 0; index < PROGRAMS_A_DAY; index++) {
      const bits = drawnBits(this.#seed, 15, device, index < HABITS ? -1 : day, index);
      const of = packages[bits % packages.length] as SoftwarePackage;
      const program = (bits >>> 8) % of.programs;
      // The same program twice would run longer than the marks it sets.
      chosen.set(`${of.no} ${program}`, { of, program, user: (bits >>> 4) % users });
    }
    return [...chosen.values()];
  }
}

/** Chance that a device is used in this hour of its own day. */
function busyness(hour: number): number {
  const local = hour % HOURS_A_DAY;
  if (local >= 8 && local < 18) return 0.95;
  return local >= 18 && local < 23 ? 0.4 : 0.05;
}

function launchedBy(place: number): LaunchedBy {
  if (place < 14) return 'user';
  if (place < 16) return 'autostart';
  if (place < 18) return 'service';
  return place < 19 ? 'scheduler' : 'unknown';
}
