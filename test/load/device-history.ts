/**
 * What is installed on a device at any hour: a function of seed, device and hour, so that a fleet of any size takes
 * no memory for it. Releases come as packages have them, packages come and go, and a browser update passes through
 * the whole fleet within the first day.
 */
import type { ExecutableCatalogue } from './executable-catalogue.ts';
import { drawn, drawnBits } from './named-chance.ts';
import { type Population, releaseAt, type SoftwarePackage } from './population.ts';

/** Of a device's optional packages: installed or removed some time in the first ten days. */
const RESTLESS_PART = 0.04;
const RESTLESS_HOURS = 240;
/** The browser's update: every device in its own hour of these. */
const WAVE_FIRST_HOUR = 1;
const WAVE_HOURS = 23;

export interface InventoryChange {
  /** Numbers in the catalogue. */
  appeared: number[];
  disappeared: number[];
}

export class DeviceHistory {
  readonly population: Population;
  readonly catalogue: ExecutableCatalogue;

  constructor(population: Population, catalogue: ExecutableCatalogue) {
    this.population = population;
    this.catalogue = catalogue;
  }

  /** Hours count from the first midnight UTC of the simulation. */
  installedAt(device: number, hour: number): number[] {
    const ring = this.population.ringOf(device);
    const installed: number[] = [];
    for (const each of this.population.packagesOf(device)) {
      const first = this.#firstAt(each, device, ring, hour);
      if (first !== undefined) for (let n = 0; n < each.programs; n++) installed.push(first + n);
    }
    return installed;
  }

  changedBetween(device: number, from: number, to: number): InventoryChange {
    const ring = this.population.ringOf(device);
    const change: InventoryChange = { appeared: [], disappeared: [] };
    for (const each of this.population.packagesOf(device)) {
      const before = this.#firstAt(each, device, ring, from);
      const after = this.#firstAt(each, device, ring, to);
      if (before === after) continue;
      for (let n = 0; n < each.programs; n++) {
        if (before !== undefined) change.disappeared.push(before + n);
        if (after !== undefined) change.appeared.push(after + n);
      }
    }
    return change;
  }

  /** Number of the package's first program on the device, undefined while it is not installed. */
  firstAt(each: SoftwarePackage, device: number, hour: number): number | undefined {
    return this.#firstAt(each, device, this.population.ringOf(device), hour);
  }

  #firstAt(each: SoftwarePackage, device: number, ring: number, hour: number): number | undefined {
    const { seed } = this.population.size;
    const optional = each.popularity > 0 && each.popularity < 1;
    if (optional && drawn(seed, 5, device, each.no) < RESTLESS_PART) {
      const moves = drawnBits(seed, 6, device, each.no);
      if (moves % 2 === (hour >= (moves >>> 1) % RESTLESS_HOURS ? 1 : 0)) return undefined;
    }
    const updated = each.browser && hour >= WAVE_FIRST_HOUR + (drawnBits(seed, 7, device) % WAVE_HOURS);
    return this.catalogue.firstOf(each, releaseAt(each, ring, hour) + (updated ? 1 : 0));
  }
}
