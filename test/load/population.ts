/**
 * Which software there is in a fleet of a given size and who has it on the first day. Most executables belong to
 * packages that everybody or many have, a long tail to packages of a few devices, and one of a hundred distinct
 * executables exists on one device only.
 *
 * What many have is drawn per device and package when asked; what few have is listed, since drawing could not promise
 * how many have it.
 */
import { SeededRandom } from '../model/seeded-random.ts';
import { drawn, drawnBits } from './named-chance.ts';
import { systemSizes } from './operating-systems.ts';

export interface PopulationSize {
  seed: number;
  devices: number;
  /** Executables of a device, on average. */
  executables: number;
}

export interface SoftwarePackage {
  no: number;
  /** Index into OPERATING_SYSTEMS. */
  system: number;
  /** Part of the system's devices that has it; 0 when its holders are listed. */
  popularity: number;
  /** Executables in it. */
  programs: number;
  /** Hours between its releases, and since the one before the first day. */
  periodHours: number;
  phaseHours: number;
  /** Pilots get a release at once, others days later; else all at once. */
  ringed: boolean;
  /** False for a program that no package owns. */
  owned: boolean;
  browser: boolean;
}

/** Parts of a device's executables. */
const BASE_PART = 0.6;
const OPTIONAL_PART = 0.38;
const RARE_PART = 0.02;
const LONE_PART_OF_DISTINCT = 0.01;
/** A rare package has at least two holders and eight on average: five distinct executables for each of a million devices. */
const MOST_RARE_HOLDERS = 300;
/** Fewer expected holders could by chance be one. */
const LEAST_DRAWN_HOLDERS = 30;
const UNOWNED_PART_OF_RARE = 0.3;
const PROGRAMS = [1, 1, 1, 2, 2, 3, 4, 6, 8, 14];
/** Days between releases: five of a hundred executables change a day. */
const RELEASE_DAYS = [7, 14, 14, 30, 30, 30, 30, 30, 45, 45];
const HOURS_A_DAY = 24;
/** Part of the fleet in each ring. */
export const RINGS = [0.1, 0.6, 0.3] as const;
const RING_LAG_HOURS = 24;

export class Population {
  readonly size: PopulationSize;
  readonly packages: SoftwarePackage[] = [];
  /** By system: the packages that a draw decides about. */
  readonly #drawn: SoftwarePackage[][] = [];
  /** By device: numbers of listed packages. */
  readonly #listed: Uint32Array[];
  readonly #systemStarts: number[] = [0];
  readonly #random: SeededRandom;

  constructor(size: PopulationSize) {
    this.size = size;
    this.#random = new SeededRandom(size.seed);
    for (const count of systemSizes(size.devices))
      this.#systemStarts.push((this.#systemStarts.at(-1) as number) + count);
    const holdings: number[][] = Array.from({ length: size.devices }, () => []);
    for (let system = 0; system + 1 < this.#systemStarts.length; system++) this.#furnish(system, holdings);
    this.#addLone(holdings);
    this.#listed = holdings.map((list) => Uint32Array.from(list));
  }

  get systems(): number {
    return this.#systemStarts.length - 1;
  }

  systemOf(device: number): number {
    return this.#systemStarts.findIndex((start) => start > device) - 1;
  }

  /** 0 is the first ring to get a release. */
  ringOf(device: number): number {
    const place = drawn(this.size.seed, 1, device);
    return place < RINGS[0] ? 0 : place < RINGS[0] + RINGS[1] ? 1 : 2;
  }

  /** Packages of the first day; what comes and goes later is DeviceHistory's. */
  *packagesOf(device: number): Generator<SoftwarePackage> {
    for (const each of this.#drawn[this.systemOf(device)] as SoftwarePackage[])
      if (each.popularity === 1 || drawn(this.size.seed, 2, device, each.no) < each.popularity) yield each;
    for (const no of this.#listed[device] as Uint32Array) yield this.packages[no] as SoftwarePackage;
  }

  #furnish(system: number, holdings: number[][]): void {
    const { executables } = this.size;
    const devices = (this.#systemStarts[system + 1] as number) - (this.#systemStarts[system] as number);
    const drawnHere: SoftwarePackage[] = [];
    this.#drawn.push(drawnHere);
    const offer = (popularity: number): SoftwarePackage => {
      const often = popularity === 1 || popularity * devices >= LEAST_DRAWN_HOLDERS;
      const added = this.#add(system, often ? popularity : 0, popularity * devices, true);
      if (often) drawnHere.push(added);
      else this.#list(added, Math.max(2, Math.round(popularity * devices)), holdings);
      return added;
    };
    for (let had = 0; had < executables * BASE_PART; ) {
      const added = offer(1);
      if (had === 0) Object.assign(added, { browser: true, ringed: false });
      had += added.programs;
    }
    for (let rank = 0, had = 0; had < executables * OPTIONAL_PART; rank++) {
      const popularity = 0.9 / Math.sqrt(1 + rank / 20);
      had += offer(popularity).programs * popularity;
    }
    for (let had = 0; had < executables * RARE_PART * devices; ) {
      const holders = Math.min(this.#rareHolders(), devices);
      const added = this.#add(system, 0, holders, !this.#random.chance(UNOWNED_PART_OF_RARE));
      had += added.programs * this.#list(added, holders, holdings);
    }
  }

  #add(system: number, popularity: number, holders: number, owned: boolean): SoftwarePackage {
    const periodHours = this.#random.pick(RELEASE_DAYS) * HOURS_A_DAY;
    const added: SoftwarePackage = {
      no: this.packages.length,
      system,
      popularity,
      programs: owned ? this.#random.pick(PROGRAMS) : 1,
      periodHours,
      phaseHours: this.#random.below(periodHours),
      ringed: holders * Math.min(...RINGS) >= LEAST_DRAWN_HOLDERS,
      owned,
      browser: false,
    };
    this.packages.push(added);
    return added;
  }

  /** At least 2, with a chance that falls with the square. */
  #rareHolders(): number {
    const least = 1 / MOST_RARE_HOLDERS;
    return Math.floor(1 / (least + this.#random.next() * (1 / 2 - least)));
  }

  /** Gives it to so many different devices of its system; returns how many. */
  #list({ no, system }: SoftwarePackage, holders: number, holdings: number[][]): number {
    const start = this.#systemStarts[system] as number;
    const devices = (this.#systemStarts[system + 1] as number) - start;
    const wanted = Math.min(holders, devices);
    const chosen = new Set<number>();
    while (chosen.size < wanted) chosen.add(start + this.#random.below(devices));
    for (const device of chosen) holdings[device]?.push(no);
    return wanted;
  }

  #addLone(holdings: number[][]): void {
    const shared = this.packages.reduce((sum, each) => sum + each.programs * versionsAtStart(each), 0);
    const lone = Math.round((shared * LONE_PART_OF_DISTINCT) / (1 - LONE_PART_OF_DISTINCT));
    for (let count = 0; count < lone; count++) {
      const device = drawnBits(this.size.seed, 3, count) % this.size.devices;
      const added = this.#add(this.systemOf(device), 0, 1, false);
      holdings[device]?.push(added.no);
    }
  }
}

/** Which release a device of this ring has, `hour` hours after the first day began. */
export function releaseAt({ periodHours, phaseHours, ringed }: SoftwarePackage, ring: number, hour: number) {
  const lag = ringed ? ring * RING_LAG_HOURS : 0;
  // The first releases are numbered so that also the last ring's is above zero.
  return 2 + Math.floor((hour + phaseHours - lag) / periodHours);
}

function versionsAtStart(each: SoftwarePackage): number {
  return new Set(RINGS.map((_, ring) => releaseAt(each, ring, 0))).size;
}
