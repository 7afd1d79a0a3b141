/** `fleetmeter-collector quarantine`: what could not be used, and what becomes of it. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openQuarantineDesk } from '../control/quarantine-desk.ts';
import type { QuarantineState } from '../control/shelved-record.ts';
import { visibleText } from '../dashboard/text/visible-text.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  textTable,
  utcTime,
  wholeNumber,
  withPlace,
} from '../enrol/command-line.ts';
import { addDecide, addDecisions } from './decide-command.ts';
import {
  QuarantineAnswers,
  type QuarantineGroupAnswer,
  type QuarantineRecordAnswer,
} from './quarantine-answers.ts';
import { filterOf, recordNumber, withFilter } from './selection.ts';

const STATES: readonly QuarantineState[] = ['open', 'replayed', 'discarded'];
const MOST_LISTED = 10_000;

export function addQuarantine(program: Command, output: CommandOutput): void {
  const quarantine = program
    .command('quarantine')
    .description('look at records that could not be used; repair, replay or discard them');
  withFilter(withPlace(quarantine.command('list'), output, list))
    .description('records by reason and agent version: how many, of how many devices, first and last')
    .option('--state <state>', STATES.join(', '), 'open')
    .option('--records', 'one by one')
    .option('--limit <n>', 'of these at most', '200')
    .option('--after <number>', 'of these only those after this number', '0');
  withPlace(quarantine.command('show'), output, show)
    .description('one record: what it says, where it came from, what was decided about it')
    .argument('<number>');
  addDecide(quarantine, output);
  addDecisions(quarantine, output);
}

function list(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const filter = filterOf(flags, output.now());
  const state = STATES.find((each) => each === flags.state);
  if (!state)
    throw new EnrolCommandError(`no state ${JSON.stringify(flags.state)}; there are ${STATES.join(', ')}`);
  using desk = openQuarantineDesk(config.collectorDir);
  const answers = new QuarantineAnswers(desk);
  if (flags.records) {
    const limit = wholeNumber('--limit', flags.limit as string, 1, MOST_LISTED);
    const after = recordNumber('--after', flags.after as string);
    const records = answers.records(filter, { limit, after, state });
    if (flags.json) output.print(`${JSON.stringify(records, null, 2)}\n`);
    else output.print(textTable(RECORD_HEADING, records.map(recordLine)));
    return;
  }
  const groups = answers.groups(filter, state);
  if (flags.json) output.print(`${JSON.stringify(groups, null, 2)}\n`);
  else output.print(groups.length === 0 ? 'nothing\n' : textTable(GROUP_HEADING, groups.map(groupLine)));
}

const GROUP_HEADING = ['REASON', 'KIND', 'AGENT VERSION', 'RECORDS', 'DEVICES', 'DECIDED', 'FIRST', 'LAST'];

function groupLine(group: QuarantineGroupAnswer): string[] {
  const { reason, kind, agent_version, records, devices, decided, first, last } = group;
  return [
    ...[reason, kind, visibleText(agent_version) || 'not known'],
    ...[records, devices, decided].map(String),
    ...[first, last].map((time) => utcTime(Date.parse(time))),
  ];
}

const RECORD_HEADING = [
  'NUMBER',
  'RECEIVED',
  'REASON',
  'KIND',
  'DEVICE',
  'AGENT VERSION',
  'SEQUENCE',
  'DETAIL',
];
const SHOWN_DETAIL = 100;

function recordLine(record: QuarantineRecordAnswer): string[] {
  const { number, received_at, reason, kind, device_id, agent_version, sequence, detail } = record;
  return [
    ...[String(number), utcTime(Date.parse(received_at)), reason, kind, device_id],
    ...[visibleText(agent_version) || 'not known', String(sequence)],
    visibleText(detail).slice(0, SHOWN_DETAIL),
  ];
}

function show(
  flags: Record<string, unknown>,
  [number = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openQuarantineDesk(config.collectorDir);
  const asked = recordNumber('show', number);
  const answers = new QuarantineAnswers(desk);
  const found = answers.record(asked, { whole: true });
  if (!found) throw new EnrolCommandError(`no record ${asked}; quarantine list --records shows them`);
  if (flags.json) {
    output.print(`${JSON.stringify({ ...found, hex: answers.hexOf(asked) }, null, 2)}\n`);
    return;
  }
  const lines: [string, string][] = [];
  if (found.record) {
    const { fields, ...record } = found.record;
    for (const [name, value] of Object.entries(record))
      lines.push([name, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
    lines.push(['', ''], ...fields);
  } else lines.push(['record', `${asked} is no longer kept`]);
  for (const { decision, outcome, detail, at } of found.outcomes)
    lines.push([utcTime(Date.parse(at)), `decision ${decision}: ${outcome}${detail ? `, ${detail}` : ''}`]);
  output.print(
    textTable(
      undefined,
      lines.map(([name, value]) => [visibleText(name), visibleText(value)]),
    ),
  );
}
