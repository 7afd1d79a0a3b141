/** `fleetmeter-collector device copies`: identities that more than one machine was found to have, and what became of them. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import { type CommandOutput, textTable, utcTime, withPlace } from './command-line.ts';

/** Newest first; what is beyond is told by the last line. */
const MOST_ROWS = 1000;

export function addCopies(device: Command, output: CommandOutput): void {
  withPlace(device.command('copies'), output, list).description(
    'machines that were found to have the identity of another, and the devices they became',
  );
}

function list(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  const copies = desk.splits.list(MOST_ROWS + 1);
  const shown = copies.slice(0, MOST_ROWS);
  if (json) output.print(shown.map((copy) => `${JSON.stringify(copy)}\n`).join(''));
  else
    output.print(
      textTable(
        ['device', 'copy of', 'found', 'joined as itself'],
        shown.map(({ deviceId, originalDeviceId, provenAt, joinedAt }) => [
          deviceId,
          originalDeviceId,
          utcTime(provenAt),
          joinedAt === undefined ? 'not yet' : utcTime(joinedAt),
        ]),
      ),
    );
  if (copies.length > MOST_ROWS) output.say(`only the newest ${MOST_ROWS} are shown`);
}
