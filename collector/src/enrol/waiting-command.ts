/** `device list --waiting`, `device approve` and `device reject`: who may join that has a join string. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import type { Decision } from '../control/waiting-devices.ts';
import { type CommandOutput, EnrolCommandError, textTable, utcTime, withPlace } from './command-line.ts';

export function addApproval(device: Command, output: CommandOutput): void {
  withPlace(device.command('approve'), output, (...given) => decide('approved', ...given))
    .description('let a device in that waits; it joins when it asks next, mostly within ten minutes')
    .argument('[key]', 'its 16 digits, as device list --waiting shows them')
    .option('--all', 'all that wait now');
  withPlace(device.command('reject'), output, (...given) => decide('rejected', ...given))
    .description('do not let a device in that waits, until it is approved')
    .argument('[key]', 'its 16 digits')
    .option('--all', 'all that wait now');
}

export function listWaiting(json: boolean, config: CollectorConfig, output: CommandOutput): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  const waiting = desk.waiting.list();
  if (json) {
    output.print(waiting.map((each) => `${JSON.stringify(each)}\n`).join(''));
    return;
  }
  const rows = waiting.map((each) => [
    each.keyId,
    each.decision ?? 'waits',
    // What strangers call themselves must not move the cursor of a terminal.
    each.hostname.replace(/[^\p{L}\p{N} ._-]/gu, '?').slice(0, 40),
    utcTime(each.askedAt),
    each.tokenId,
  ]);
  output.print(textTable(['key', 'state', 'calls itself', 'asked', 'token'], rows));
}

function decide(
  decision: Decision,
  { json, all }: Record<string, unknown>,
  [keyId]: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  if ((keyId === undefined) === (all !== true))
    throw new EnrolCommandError('name one key, or say --all; device list --waiting shows them');
  using desk = openEnrolmentDesk(config.collectorDir);
  if (keyId === undefined) {
    const devices = desk.waiting.decideAll(decision);
    if (json) output.print(`${JSON.stringify({ devices, decision })}\n`);
    else output.say(`${devices} devices are ${decision}`);
    return;
  }
  if (!desk.waiting.decide(keyId, decision))
    throw new EnrolCommandError(
      `no key ${JSON.stringify(keyId.slice(0, 40))} that waits and is not ${decision} already; device list --waiting shows them`,
    );
  if (json) output.print(`${JSON.stringify({ key: keyId, decision })}\n`);
  else output.say(`the device with key ${keyId} is ${decision}`);
}
