/**
 * Turns metering on and off, and makes each gap a clean one: what runs while nobody looks counts for nothing, also not
 * for a later run of the agent, and programs that began meanwhile are no launches. That the computer was on meanwhile, and not
 * observed, does count: else nobody could tell how much was not seen.
 */
import type { Clock, Instant } from '../clock/clock.ts';
import type { Sampler } from './sampler.ts';

export interface MeteringSwitchParts {
  sampler: Pick<Sampler, 'sample' | 'forget'>;
  meter: { interrupt(): void; unwatched(at: Instant): void };
  clock: Pick<Clock, 'now'>;
  /** Whether to look now. */
  wanted: () => boolean;
  /** Knows of which programs: without one no look would show any, and it comes a little after the end of a pause. */
  finder: { readonly isThere: boolean };
  tellUsersApart: () => boolean;
  /** Of which programs the device allows the time of day to be told; undefined: of all that the collector lists. */
  timesOfDayAllowed: () => readonly string[] | undefined;
  /** Makes durable what was metered until now. */
  flush: () => void;
  /** Takes back durably where metering stood. */
  forgetMark: () => void;
}

/**
 * Whether an earlier run of the agent knew the users of what was running then by other names. It cannot be gone on from:
 * under its other name everything would seem to have been started since. `everybody` is the name of all users together.
 */
export function knewUsersOtherwise(
  live: readonly { user: string }[],
  everybody: string,
  tellUsersApart: boolean,
): boolean {
  return live.some(({ user }) => (user === everybody) === tellUsersApart);
}

export class MeteringSwitch {
  readonly #parts: MeteringSwitchParts;
  /** Undefined before the first time: an earlier run of the agent may have metered. */
  #on: boolean | undefined;
  #told: string;

  constructor(parts: MeteringSwitchParts) {
    this.#parts = parts;
    this.#told = this.#toldNow();
  }

  /** Instead of Sampler.sample(). */
  async sample(): Promise<void> {
    const { sampler, meter, clock, wanted, finder } = this.#parts;
    if (!wanted() || !finder.isThere) {
      if (this.#on !== false) this.#interrupt();
      this.#on = false;
      meter.unwatched(clock.now());
      return;
    }
    // Under another name a user would be another one, and everything running would have been started just now.
    // And the rows of a run have their marks in one order.
    if (this.#told !== this.#toldNow()) this.#interrupt();
    this.#told = this.#toldNow();
    this.#on = true;
    await sampler.sample();
  }

  #toldNow(): string {
    const { tellUsersApart, timesOfDayAllowed } = this.#parts;
    return JSON.stringify([tellUsersApart(), timesOfDayAllowed() ?? null]);
  }

  #interrupt(): void {
    const { sampler, meter, flush, forgetMark } = this.#parts;
    flush();
    meter.interrupt();
    forgetMark();
    sampler.forget();
  }
}
