/**
 * The recount: what the tables must say after everything that the fleet did was acknowledged and derived. It asks the
 * simulation what happened and does the counting by itself, by the rules of the documentation; no code of the product
 * takes part (ids are those that went over the wire).
 */
import { BROWSER, type ExecutableCatalogue } from './executable-catalogue.ts';
import { emptyTables, type FleetTables, rowName } from './fleet-tables.ts';
import { hostName, type SimulatedWorld } from './simulated-device.ts';
import type { Happening } from './usage-history.ts';
import type { VerifiedPart } from './verified-part.ts';

const HOURS_A_DAY = 24;
const MARK_SECONDS = 300;
const MOST_SECONDS = 86_400;

export function recount(world: SimulatedWorld, part: VerifiedPart): FleetTables {
  const tables = emptyTables();
  recountInventory(world, part, tables);
  for (const day of part.days) recountDay(world, part, day, tables);
  addPresence(part, tables);
  return tables;
}

function recountInventory(world: SimulatedWorld, part: VerifiedPart, tables: FleetTables): void {
  const { history, memory } = world;
  const { catalogue } = history;
  const holders: number[] = [];
  const holdersOf = new Map<string, number>();
  const sampled = new Set(part.sampled);
  for (let device = 0; device < memory.devices; device++) {
    const installed = history.installedAt(device, memory.inventoryHour[device] as number);
    const host = hostName(device);
    tables.devices.set(host, {
      executables: installed.length,
      ...(part.countsInstallations && { installations: installed.length }),
    });
    const here = new Set<string>();
    for (const executable of installed) {
      holders[executable] = (holders[executable] ?? 0) + 1;
      here.add(applicationVersion(catalogue, executable));
      const owner = catalogue.nameOf(executable).package;
      if (owner?.name === BROWSER) tables.browserHolders.set(rowName(owner.version, host), { has: 1 });
      if (sampled.has(device))
        tables.installations.set(rowName(host, catalogue.idOf(executable)), { installed: 1 });
    }
    for (const each of here) holdersOf.set(each, (holdersOf.get(each) ?? 0) + 1);
  }
  const programs = new Map<string, number>();
  holders.forEach((devices, executable) => {
    tables.executables.set(catalogue.idOf(executable), { devices });
    const name = applicationVersion(catalogue, executable);
    programs.set(name, (programs.get(name) ?? 0) + 1);
  });
  for (const [name, devices] of holdersOf)
    tables.applications.set(name, { devices, executables: programs.get(name) as number });
}

function recountDay(world: SimulatedWorld, part: VerifiedPart, day: number, tables: FleetTables): void {
  const sampled = new Set(part.sampled);
  const begin = (day - world.firstDay) * HOURS_A_DAY;
  for (let device = 0; device < world.memory.devices; device++) {
    const from = Math.max(begin, world.meterHour);
    const to = Math.min(begin + HOURS_A_DAY, world.memory.usageHour[device] as number);
    const used = usageByApplication(world, world.usage.happenings(device, from, Math.max(from, to)));
    const total = { applications: used.size, seconds: 0, launches: 0, byUser: 0 };
    for (const [application, { seconds, launches, byUser }] of used) {
      total.seconds += seconds;
      total.launches += launches;
      total.byUser += byUser;
      if (sampled.has(device))
        for (const table of [tables.usage, tables.usageOfDevice])
          table.set(rowName(day, application, hostName(device)), { seconds, launches, byUser });
      const name = rowName(day, application);
      const whole = tables.applicationDays.get(name) ?? { used: 0, seconds: 0, launches: 0 };
      whole.used = (whole.used as number) + 1;
      whole.seconds = (whole.seconds as number) + seconds;
      whole.launches = (whole.launches as number) + launches;
      tables.applicationDays.set(name, whole);
    }
    if (used.size > 0) tables.deviceDays.set(rowName(day, hostName(device)), total);
  }
}

interface Used {
  seconds: number;
  launches: number;
  byUser: number;
}

/** Of one device and day: for each user at most the marks and a day; users add up to at most a day. */
function usageByApplication(world: SimulatedWorld, happened: readonly Happening[]): Map<string, Used> {
  const { catalogue } = world.history;
  const byUser = new Map<string, { application: string; seconds: number; marks: Set<number> }>();
  const used = new Map<string, Used>();
  for (const each of happened) {
    const application = applicationOf(catalogue, each.executable);
    const key = `${each.user} ${application}`;
    const mine = byUser.get(key) ?? { application, seconds: 0, marks: new Set<number>() };
    mine.seconds += each.seconds;
    for (const mark of each.marks) mine.marks.add(mark);
    byUser.set(key, mine);
    const whole = used.get(application) ?? { seconds: 0, launches: 0, byUser: 0 };
    whole.launches += each.launches;
    if (each.launchedBy === 'user') whole.byUser += each.launches;
    used.set(application, whole);
  }
  for (const { application, seconds, marks } of byUser.values()) {
    const whole = used.get(application) as Used;
    const counted = Math.min(seconds, MARK_SECONDS * marks.size, MOST_SECONDS);
    whole.seconds = Math.min(whole.seconds + counted, MOST_SECONDS);
  }
  return used;
}

/** The present day's row also says how many devices have the application, over all its versions. */
function addPresence({ today }: VerifiedPart, tables: FleetTables): void {
  if (today === undefined) return;
  const present = new Map<string, number>();
  for (const [name, { devices = 0 }] of tables.applications) {
    const application = name.slice(0, name.lastIndexOf(' | '));
    // A device has one version of an application at a time, so versions add up.
    present.set(application, (present.get(application) ?? 0) + devices);
  }
  for (const [application, devices] of present) {
    const name = rowName(today, application);
    tables.applicationDays.set(name, {
      ...(tables.applicationDays.get(name) ?? { used: 0, seconds: 0, launches: 0 }),
      devices,
    });
  }
  for (const [name, row] of tables.applicationDays)
    if (name.startsWith(`${today} |`) && row.devices === undefined) row.devices = 0;
}

/** The owning package is the application, else the file name. */
function applicationOf(catalogue: ExecutableCatalogue, executable: number): string {
  const { package: owner, file } = catalogue.nameOf(executable);
  return owner ? rowName(owner.name, owner.vendor) : rowName(file, '');
}

function applicationVersion(catalogue: ExecutableCatalogue, executable: number): string {
  const owner = catalogue.nameOf(executable).package;
  return rowName(applicationOf(catalogue, executable), owner?.version ?? '');
}
