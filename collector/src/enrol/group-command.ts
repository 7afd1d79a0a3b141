/** `fleetmeter-collector group`: rules that say which device is in which group. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import { type CommandOutput, EnrolCommandError, textTable, withPlace } from './command-line.ts';
import { parseGroupRules } from './group-rules.ts';

const EXAMPLES = `
The file is CSV or JSON, one rule a line, the first that fits counts:
  kind,pattern,group
  management-id,C02ABC123,board           exactly this device of the management system
  hostname,lab-*,laboratory               * at the end stands for any ending
  tag,finance,finance                     a tag that the device's management proposes
A device that no rule fits is in the group of the join string it came with. An import replaces all rules
before it; an empty file leaves none.`;

export function addGroup(program: Command, output: CommandOutput): void {
  const group = program.command('group').description('say which devices are in which group');
  withPlace(group.command('import'), output, importRules)
    .description('replace the rules; devices change groups at once, also those that joined long ago')
    .argument('<file>', 'CSV or JSON; - reads standard input')
    .addHelpText('after', EXAMPLES);
  withPlace(group.command('list'), output, list).description('the rules, in the order in which they count');
}

function importRules(
  { json }: Record<string, unknown>,
  [file = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const rules = parseGroupRules(textOf(file));
  using desk = openEnrolmentDesk(config.collectorDir);
  const moved = desk.groups.replaceRules(rules);
  if (json) output.print(`${JSON.stringify({ rules: rules.length, moved })}\n`);
  else output.say(`${rules.length} rules count from now on; ${moved} devices changed their group`);
}

function list(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  const rules = desk.groups.rules();
  if (json) output.print(rules.map((rule) => `${JSON.stringify(rule)}\n`).join(''));
  else
    output.print(
      textTable(
        ['kind', 'pattern', 'group'],
        rules.map(({ kind, pattern, group }) => [kind, pattern, group]),
      ),
    );
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new EnrolCommandError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
