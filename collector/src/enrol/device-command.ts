/** `fleetmeter-collector device`: who has joined, and putting a device out. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import { type CommandOutput, EnrolCommandError, textTable, utcTime, withPlace } from './command-line.ts';

const PAGE = 1000;

export function addDevice(program: Command, output: CommandOutput): void {
  const device = program.command('device').description('list, revoke and reinstate devices');
  withPlace(device.command('list'), output, list).description('devices that have joined, with their state');
  withPlace(device.command('revoke'), output, (...given) => change('revoked', ...given))
    .description('take nothing more from this device, within a second; what it sent stays')
    .argument('<device>', 'its 16 digits, as device list and the page show them');
  withPlace(device.command('reinstate'), output, (...given) => change('reinstated', ...given))
    .description('take reports of a revoked device again')
    .argument('<device>', 'its 16 digits');
}

/** Page by page: a million devices do not have to fit into memory. JSON is one object a line. */
function list(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  let heading: string[] | undefined = ['device', 'state', 'joined', 'group', 'token'];
  for (let after = ''; ; ) {
    const page = desk.devices.list(after, PAGE);
    const rows = page.map((device) => [
      device.deviceId,
      device.revokedAt === undefined ? 'enrolled' : 'revoked',
      utcTime(device.enrolledAt),
      device.group,
      device.tokenId ?? '',
    ]);
    if (json) output.print(page.map((device) => `${JSON.stringify(device)}\n`).join(''));
    else if (rows.length > 0 || heading) output.print(textTable(heading, rows));
    heading = undefined;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.deviceId;
  }
}

function change(
  to: 'revoked' | 'reinstated',
  { json }: Record<string, unknown>,
  [deviceId = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  const done =
    to === 'revoked' ? desk.devices.revoke(deviceId, output.now()) : desk.devices.reinstate(deviceId);
  if (!done)
    throw new EnrolCommandError(
      `no device ${JSON.stringify(deviceId.slice(0, 40))} that is not ${to} already; device list shows them`,
    );
  if (json) output.print(`${JSON.stringify({ device: deviceId, state: to })}\n`);
  else output.say(`device ${deviceId} is ${to}`);
}
