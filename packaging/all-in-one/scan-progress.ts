/** What to say about the first scan, and whether all of it has arrived. Pure. */

export interface ScanView {
  /** The agent's own status, undefined while it has none. */
  agent:
    | {
        first_scan_finished: boolean;
        executables_installed: number;
        report_in_flight: object | null;
        agent?: { filesHashedSinceStart?: number } | null;
      }
    | undefined;
  /** What the tables say, undefined while they cannot be asked. */
  tables: TableCounts | undefined;
}

export interface TableCounts {
  /** Rows of fleetmeter.executables. */
  executables: number;
  /** Of these, without evidence yet. */
  unnamed: number;
  applications: number;
  devices: number;
  /** Executables over all devices, as their newest reports say. */
  reported: number;
}

export function scanProgress({ agent, tables }: ScanView): { done: boolean; text: string } {
  if (!agent) return { done: false, text: 'first scan: the agent starts' };
  const found = count(agent.executables_installed, 'executable');
  if (!agent.first_scan_finished) {
    const hashed = count(agent.agent?.filesHashedSinceStart ?? 0, 'file');
    return { done: false, text: `first scan: ${found} so far, ${hashed} hashed` };
  }
  if (!tables) return { done: false, text: `first scan: ${found}; the database does not answer` };
  const named = tables.executables - tables.unnamed;
  const text = `first scan: ${found}, ${named.toLocaleString('en')} of them in the tables`;
  return { done: allArrived(agent, tables), text };
}

function allArrived(agent: NonNullable<ScanView['agent']>, tables: TableCounts): boolean {
  return (
    agent.report_in_flight === null &&
    agent.executables_installed > 0 &&
    tables.reported >= agent.executables_installed &&
    tables.unnamed === 0 &&
    tables.applications > 0 &&
    // With one device every reported executable has a row; with more they share rows.
    (tables.devices > 1 || tables.executables >= tables.reported)
  );
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
