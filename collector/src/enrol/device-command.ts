/** `fleetmeter-collector device`: who has joined, and putting a device out. */
import { type Command, Option } from 'commander';
import { DEVICE_STATES } from '../clickhouse/device-states.ts';
import type { CollectorConfig } from '../config/schema.ts';
import type { RegisteredDevice } from '../control/device-registry.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import { type CommandOutput, EnrolCommandError, textTable, utcTime, withPlace } from './command-line.ts';
import { addCopies } from './copies-command.ts';
import { type DerivedDevice, derivedDevices } from './derived-devices.ts';
import { addErase } from './erase-command.ts';
import { addLife } from './life-command.ts';
import { addApproval, listWaiting } from './waiting-command.ts';

const PAGE = 1000;
/** `enrolled` has not reported yet, or nobody can say: the engine does not answer. */
const STATES = ['enrolled', ...DEVICE_STATES, 'erased'];

export function addDevice(program: Command, output: CommandOutput): void {
  const device = program.command('device').description('list, revoke and reinstate devices');
  withPlace(device.command('list'), output, list)
    .description('devices that have joined, with their state')
    .option('--waiting', 'those that hold a join string and wait to be let in')
    .addOption(new Option('--state <state>', 'only those that are so').choices(STATES));
  withPlace(device.command('revoke'), output, (...given) => change('revoked', ...given))
    .description('take nothing more from this device, within a second; what it sent stays')
    .argument('<device>', 'its 16 digits, as device list and the page show them');
  withPlace(device.command('reinstate'), output, (...given) => change('reinstated', ...given))
    .description('take reports of a revoked device again')
    .argument('<device>', 'its 16 digits');
  addLife(device, output);
  addCopies(device, output);
  addApproval(device, output);
  addErase(device, output);
}

/** Page by page: a million devices do not have to fit into memory. JSON is one object a line. */
async function list(
  { json, state: wanted, waiting }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  if (waiting === true) return listWaiting(json === true, config, output);
  using desk = openEnrolmentDesk(config.collectorDir);
  const derived = derivedDevices(config);
  let engineFault: string | undefined;
  let heading: string[] | undefined = ['device', 'state', 'joined', 'last seen', 'group', 'token'];
  try {
    for (let after = ''; ; ) {
      const page = desk.devices.list(after, PAGE);
      const last = page.at(-1);
      if (!last) break;
      const known = await derived.between(after, last.deviceId).catch((error: unknown) => {
        engineFault = String(error);
        return new Map<string, DerivedDevice>();
      });
      const lives = desk.lives.between(after, last.deviceId);
      const devices = page
        .map((device) => ({ ...device, ...known.get(device.deviceId), ...lives.get(device.deviceId) }))
        .map((device) => ({ ...device, state: stateOf(device) }))
        .filter(({ state }) => wanted === undefined || state === wanted);
      if (json) output.print(devices.map((device) => `${JSON.stringify(device)}\n`).join(''));
      else if (devices.length > 0 || heading) output.print(textTable(heading, devices.map(rowOf)));
      heading = undefined;
      after = last.deviceId;
    }
    if (heading && !json) output.print(textTable(heading, []));
    if (engineFault !== undefined)
      output.say(
        `which devices are active, stale or archived is not known: the engine does not answer (${engineFault})`,
      );
  } finally {
    await derived.close();
  }
}

type ListedDevice = RegisteredDevice & Partial<DerivedDevice> & { life?: string };

/** What an administrator did counts at once; the rest as last derived. */
function stateOf({ life, revokedAt, state }: ListedDevice): string {
  if (life === 'erased') return life;
  if (revokedAt !== undefined) return 'revoked';
  return state === undefined || state === 'revoked' ? (life ?? 'enrolled') : state;
}

function rowOf(device: ListedDevice & { state: string }): string[] {
  const { deviceId, state, enrolledAt, lastSeen, group, tokenId } = device;
  return [deviceId, state, utcTime(enrolledAt), lastSeen?.slice(0, 16) ?? 'never', group, tokenId ?? ''];
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
