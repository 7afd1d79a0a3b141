/** `fleetmeter-collector device supersede`, `undo-supersede`, `twins`: which devices are one computer. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import { type CommandOutput, EnrolCommandError, textTable, utcTime, withPlace } from './command-line.ts';

const PAGE = 1000;

export function addLife(device: Command, output: CommandOutput): void {
  withPlace(device.command('supersede'), output, supersede)
    .description('one device is another set up anew: it is counted no more, its history stays')
    .argument('<old>', 'what it was, 16 digits')
    .argument('<new>', 'what it is now, 16 digits');
  withPlace(device.command('undo-supersede'), output, undo)
    .description('a superseded device is one of its own, and is not taken for that other one again')
    .argument('<device>', 'what was superseded, 16 digits');
  withPlace(device.command('twins'), output, twins).description(
    'devices with one hardware identity, and what was decided: waiting, superseded, both-alive or undone',
  );
}

function supersede(
  { json }: Record<string, unknown>,
  [former = '', successor = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  desk.lives.supersede(former, successor, output.now());
  if (json) output.print(`${JSON.stringify({ device: former, supersededBy: successor })}\n`);
  else output.say(`device ${former} is superseded by ${successor}, until it reports again`);
}

function undo(
  { json }: Record<string, unknown>,
  [device = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  if (!desk.lives.takeBack(device, 'undone', output.now()))
    throw new EnrolCommandError(
      `no device ${JSON.stringify(device.slice(0, 40))} that is superseded; device list --state superseded shows them`,
    );
  if (json) output.print(`${JSON.stringify({ device, supersededBy: null })}\n`);
  else output.say(`device ${device} is a device of its own`);
}

/** JSON is one object a line. */
function twins(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  let heading: string[] | undefined = ['newcomer', 'former', 'verdict', 'since'];
  for (let after = { newcomer: '', former: '' }; ; ) {
    const page = desk.lives.twins.list(after, PAGE);
    const rows = page.map(({ newcomer, former, verdict, at }) => [newcomer, former, verdict, utcTime(at)]);
    if (json) output.print(page.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
    else if (rows.length > 0 || heading) output.print(textTable(heading, rows));
    heading = undefined;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last;
  }
}
