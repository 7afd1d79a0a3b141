/** A fleet that joined, told its first hour and is known, with what it will report from then on. */
import { planReports } from '../bench/ack.ts';
import type { CollectorUnderLoad } from './collector-under-load.ts';
import { Fleet } from './fleet.ts';
import type { PlannedReport } from './planned-reports.ts';

const DAY_MS = 86_400_000;
const CONNECTIONS = 16;

export interface ReportingFleet {
  fleet: Fleet;
  devices: number[];
  /** In order; `hours` reports of each device. */
  plan: PlannedReport[];
}

/** `firstHour`: of its first day, in which it is first heard; all of its hours lie in the past. */
export async function reportingFleet(
  collector: Pick<CollectorUnderLoad, 'agentUrl' | 'joinSecret' | 'processed'>,
  size: { seed: number; devices: number; executables: number; firstHour: number; hours: number },
): Promise<ReportingFleet> {
  const { seed, executables, firstHour, hours } = size;
  const fleet = new Fleet(collector.agentUrl, {
    ...{ seed, devices: size.devices, executables, meterHour: firstHour, connections: CONNECTIONS },
    firstDay: Math.floor(Date.now() / DAY_MS) - Math.ceil((firstHour + hours) / 24),
    joinSecret: collector.joinSecret,
  });
  const devices = Array.from({ length: size.devices }, (_, device) => device);
  await fleet.enrol(devices);
  await fleet.report(devices, firstHour);
  await collector.processed();
  return {
    fleet,
    devices,
    plan: planReports(fleet, devices, { from: firstHour + 1, to: firstHour + hours }),
  };
}
