/**
 * What can be asked about a fleet, as plain numbers by name: once as the collector's tables say it, once as the
 * simulation recounts it. Both have this shape so that they can be compared line by line.
 */

export type Row = Record<string, number>;
/** Rows by a name that a person can look up. */
export type Table = Map<string, Row>;

export interface FleetTables {
  /** Host name: executables, and installations counted one by one where that was asked. */
  devices: Table;
  /** Executable id: devices. */
  executables: Table;
  /** Application, publisher, version: devices and executables. */
  applications: Table;
  /** Host name and executable id of the devices whose whole list was asked for. */
  installations: Table;
  /** Day, host name: applications used, seconds, launches, launches by a person. */
  deviceDays: Table;
  /** Day, application, publisher, host name of the devices whose whole use was asked for. */
  usage: Table;
  /** The same from the view that is made for questions about one device. */
  usageOfDevice: Table;
  /** Version and host name of every device that has the browser. */
  browserHolders: Table;
  /** Day, application, publisher: devices that used it, seconds, launches; and that have it, of the present day. */
  applicationDays: Table;
}

export const TABLE_NAMES = [
  'devices',
  'executables',
  'applications',
  'installations',
  'deviceDays',
  'usage',
  'usageOfDevice',
  'browserHolders',
  'applicationDays',
] as const satisfies readonly (keyof FleetTables)[];

export function emptyTables(): FleetTables {
  return {
    devices: new Map(),
    executables: new Map(),
    applications: new Map(),
    installations: new Map(),
    deviceDays: new Map(),
    usage: new Map(),
    usageOfDevice: new Map(),
    browserHolders: new Map(),
    applicationDays: new Map(),
  };
}

/** The name of a row. */
export function rowName(...parts: (string | number)[]): string {
  return parts.join(' | ');
}

/** Each difference as a line for a person; none when both say the same. */
export function tableDifferences(recounted: FleetTables, stored: FleetTables): string[] {
  const lines: string[] = [];
  for (const table of TABLE_NAMES) {
    for (const [name, row] of recounted[table]) {
      const found = stored[table].get(name);
      if (!found) lines.push(`${table}: ${name}: not in the tables, recounted ${text(row)}`);
      else if (text(found) !== text(row))
        lines.push(`${table}: ${name}: the tables say ${text(found)}, recounted ${text(row)}`);
    }
    for (const [name, row] of stored[table])
      if (!recounted[table].has(name))
        lines.push(`${table}: ${name}: in the tables as ${text(row)}, and never happened`);
  }
  return lines;
}

function text(row: Row): string {
  return Object.keys(row)
    .sort()
    .map((name) => `${name}=${row[name]}`)
    .join(' ');
}
