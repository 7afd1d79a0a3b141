/** `fleetmeter-collector quarantine`: what could not be used, and what becomes of it. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openQuarantineDesk } from '../control/quarantine-desk.ts';
import type { QuarantineState, ShelvedRecord } from '../control/shelved-record.ts';
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
import { fieldsOf, readRecord } from './readable-record.ts';
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
  if (flags.records) {
    const limit = wholeNumber('--limit', flags.limit as string, 1, MOST_LISTED);
    const records = desk.records(filter, {
      limit,
      after: recordNumber('--after', flags.after as string),
      state,
    });
    if (flags.json) output.print(`${JSON.stringify(records.map(shownRecord), null, 2)}\n`);
    else output.print(textTable(RECORD_HEADING, records.map(recordLine)));
    return;
  }
  const groups = desk.groups(filter, state);
  if (flags.json) {
    const shown = groups.map(({ first, last, ...group }) => ({
      ...group,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
    }));
    output.print(`${JSON.stringify(shown, null, 2)}\n`);
  } else if (groups.length === 0) output.print('nothing\n');
  else
    output.print(
      textTable(
        ['REASON', 'KIND', 'AGENT VERSION', 'RECORDS', 'DEVICES', 'DECIDED', 'FIRST', 'LAST'],
        groups.map((group) => [
          group.reason,
          group.kind,
          visibleText(group.agentVersion) || 'not known',
          String(group.records),
          String(group.devices),
          String(group.decided),
          utcTime(group.first),
          utcTime(group.last),
        ]),
      ),
    );
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

function recordLine(record: ShelvedRecord): string[] {
  const { number, at, reason, kind, deviceId, agentVersion, sequence, detail } = record;
  return [
    ...[String(number), utcTime(at), reason, kind, deviceId, visibleText(agentVersion) || 'not known'],
    ...[String(sequence), visibleText(detail).slice(0, SHOWN_DETAIL)],
  ];
}

/** As `--json` and the API give it; without the bytes. */
export function shownRecord(record: ShelvedRecord) {
  return {
    number: record.number,
    state: record.state,
    reason: record.reason,
    detail: record.detail,
    kind: record.kind,
    device_id: record.deviceId,
    agent_version: record.agentVersion,
    epoch_no: record.epochNo,
    sequence: record.sequence,
    offset: record.offset,
    received_at: new Date(record.at).toISOString(),
    bytes: record.bytes.length,
    decision: record.decision === 0 ? null : record.decision,
    concerns: record.concern
      ? { day: isoDay(record.concern.day), executable_no: record.concern.executableNo }
      : null,
  };
}

const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** What the record says, by name; a line that says why when its bytes cannot be read. */
export function shownFields(record: ShelvedRecord): [name: string, value: string][] {
  try {
    return fieldsOf(readRecord(record));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [['unreadable', why]];
  }
}

function show(
  flags: Record<string, unknown>,
  [number = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openQuarantineDesk(config.collectorDir);
  const asked = recordNumber('show', number);
  const record = desk.get(asked);
  const outcomes = desk.outcomesOf(asked);
  if (!record && outcomes.length === 0)
    throw new EnrolCommandError(`no record ${asked}; quarantine list --records shows them`);
  if (flags.json) {
    const whole = record && {
      ...shownRecord(record),
      fields: Object.fromEntries(shownFields(record)),
      hex: Buffer.from(record.bytes).toString('hex'),
    };
    output.print(`${JSON.stringify({ record: whole ?? null, outcomes }, null, 2)}\n`);
    return;
  }
  const lines = record
    ? [
        ...Object.entries(shownRecord(record)).map(([name, value]) => [
          name,
          typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]),
        ['', ''],
        ...shownFields(record),
      ]
    : [['record', `${asked} is no longer kept`]];
  for (const { decision, outcome, detail, at } of outcomes)
    lines.push([`${utcTime(at)}`, `decision ${decision}: ${outcome}${detail ? `, ${detail}` : ''}`]);
  output.print(
    textTable(
      undefined,
      lines.map(([name = '', value = '']) => [visibleText(name), visibleText(value)]),
    ),
  );
}
