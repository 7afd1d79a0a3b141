/** `fleetmeter-collector fleet`: agents go quiet, and on again, at their next contact. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openSettingsDesk } from '../control/settings-desk.ts';
import { type CommandOutput, EnrolCommandError, withPlace } from '../enrol/command-line.ts';
import { strangerNote, whoIsThis } from './apply-command.ts';
import { GROUP_NAME } from './settings-document.ts';

export function addFleet(program: Command, output: CommandOutput): void {
  const fleet = program.command('fleet').description('pause and resume the agents of a group, or all');
  withPlace(fleet.command('pause'), output, (...given) => turn(true, ...given))
    .description(
      'from their next contact on agents observe and report nothing; without contact for 24 h they go on',
    )
    .option('--group <name>', 'the group; not said: every group there is now');
  withPlace(fleet.command('resume'), output, (...given) => turn(false, ...given))
    .description('agents go on at their next contact')
    .option('--group <name>', 'the group; not said: every group there is now');
}

function turn(
  paused: boolean,
  { group, json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  if (group !== undefined && !GROUP_NAME.test(group as string))
    throw new EnrolCommandError(
      '--group takes letters, digits, blank, dot, hyphen and underscore, at most 64',
    );
  using desk = openSettingsDesk(config.collectorDir);
  const { settings } = desk;
  const members = settings.memberGroups();
  const every = [...new Set([...members, ...settings.all().map((state) => state.group)])].sort();
  const groups = group === undefined ? every : [group as string];
  const change = { by: whoIsThis(), now: output.now() };
  const changed = desk.together(() => groups.filter((each) => settings.pause(each, paused, change)));
  const state = paused ? 'paused' : 'resumed';
  if (json) output.print(`${JSON.stringify({ state, groups, changed })}\n`);
  else
    for (const each of groups)
      output.say(
        `group ${each}: ${changed.includes(each) ? state : `was ${paused ? 'paused' : 'not paused'} already`}`,
      );
  if (group !== undefined && !members.includes(group as string))
    output.say(strangerNote(group as string, members));
}
