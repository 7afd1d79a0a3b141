/** `fleetmeter-collector correct`: what a device used on a day that is over, as an administrator knows it was. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import type { Correction } from '../control/corrections.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { openOperationDesk } from '../control/operation-desk.ts';
import type { CorrectionAnswer, CorrectionRequest } from '../correct/correction-request.ts';
import type { UseOfDay } from '../correct/plan-correction.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  textTable,
  utcTime,
  wholeNumber,
  withPlace,
} from '../enrol/command-line.ts';
import { whoIsThis } from '../settings/apply-command.ts';
import { dayArgument, dayText } from './day-argument.ts';
import { follow } from './follow-operation.ts';

const LONGEST_REASON = 500;
const MOST_LISTED = 10_000;

export function addCorrect(program: Command, output: CommandOutput): void {
  const correct = program.command('correct').enablePositionalOptions();
  withPlace(correct, output, begin)
    .description(
      'replace what a device reported of a day that is over; shows the effect, and with --commit makes it count',
    )
    .option('--device <id>', 'the device, 16 digits')
    .option('--day <day>', 'the UTC day, like 2026-11-24')
    .option('--application <id>', 'the application, 16 digits; or')
    .option('--executable <id>', 'one executable, 16 digits')
    .option('--user <id>', 'whose use, 32 digits; needed when more than one user used it')
    .option('--seconds <n>', 'how long it ran, at most 86400; not said: as it is')
    .option('--launches <n>', 'how often it was started; not said: as it is')
    .option('--launches-by-user <n>', 'of these, by a person; not said: as it is')
    .option('--reason <text>', 'why; kept with who did it')
    .option('--commit', 'make it count; without it nothing changes');
  withPlace(correct.command('undo'), output, undo)
    .description('read again what a correction replaced, under a generation of its own')
    .argument('<number>', 'of the correction')
    .option('--reason <text>', 'why; kept with who did it')
    .option('--commit', 'make it count; without it nothing changes');
  withPlace(correct.command('list'), output, list)
    .description('every correction with its author and reason, newest first')
    .option('--limit <n>', 'so many at most', '100');
}

async function begin(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const { device, day, application, executable, user } = flags as Record<string, string | undefined>;
  if (device === undefined || day === undefined) throw new EnrolCommandError('say --device and --day');
  if ((application === undefined) === (executable === undefined))
    throw new EnrolCommandError('say --application or --executable, one of them');
  const amount = (flag: string, value: unknown, most: number): number | undefined =>
    value === undefined ? undefined : wholeNumber(flag, value as string, 0, most);
  const values = {
    seconds: amount('--seconds', flags.seconds, 86_400),
    launches: amount('--launches', flags.launches, 864_000_000),
    launchesByUser: amount('--launches-by-user', flags.launchesByUser, 864_000_000),
  };
  if (Object.values(values).every((value) => value === undefined))
    throw new EnrolCommandError('say what it should be: --seconds, --launches or --launches-by-user');
  await ask(
    {
      ...{ is: 'correct', day: dayArgument('--day', day), deviceId: digits('--device', device, 16), values },
      application: application === undefined ? undefined : digits('--application', application, 16),
      executable: executable === undefined ? undefined : digits('--executable', executable, 16),
      user: user === undefined ? undefined : digits('--user', user, 32),
      ...decided(flags),
    },
    flags,
    config,
    output,
  );
}

async function undo(
  flags: Record<string, unknown>,
  [number = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const request: CorrectionRequest = {
    is: 'undo',
    number: wholeNumber('the number of a correction', number, 1, 999_999_999),
    ...decided(flags),
  };
  await ask(request, flags, config, output);
}

function decided({ reason = '', commit }: Record<string, unknown>): { reason: string; commit: boolean } {
  const text = (reason as string).trim();
  if (text.length > LONGEST_REASON)
    throw new EnrolCommandError(`--reason takes at most ${LONGEST_REASON} characters, not ${text.length}`);
  if (commit && text === '')
    throw new EnrolCommandError('a correction that counts needs a reason: say --reason as well');
  return { reason: text, commit: commit === true };
}

function digits(flag: string, text: string, count: number): string {
  if (new RegExp(`^[0-9a-f]{${count}}$`, 'i').test(text)) return text.toLowerCase();
  throw new EnrolCommandError(`${flag} takes ${count} hex digits, not ${JSON.stringify(text.slice(0, 40))}`);
}

async function ask(
  request: CorrectionRequest,
  { json }: Record<string, unknown>,
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  using desk = openOperationDesk(config.collectorDir);
  if (!isCollectorRunning(config.collectorDir))
    throw new EnrolCommandError('no collector is running in this folder, and it is what knows the facts');
  const number = desk.operations.request('correction', request, whoIsThis(), output.now());
  const inWords = () => 'the collector works it out';
  const { result } = await follow(desk, number, output, { inWords, quiet: json === true });
  const answer = result as CorrectionAnswer;
  if (answer.refused !== undefined) throw new EnrolCommandError(answer.refused);
  if (json) output.print(`${JSON.stringify({ committed: answer.number !== undefined, ...answer })}\n`);
  else output.print(inText(answer));
}

function inText({ number, day, deviceId, subject, before, after, device, all }: CorrectionAnswer): string {
  const heading =
    number === undefined
      ? 'tried, nothing is changed; with --commit it counts'
      : `correction ${number} is made; totals show it once the day is derived again`;
  const of = (row: { application: string; application_id: string }) =>
    `${row.application} (${row.application_id})`;
  return [
    `${heading}\n`,
    `device ${deviceId}, ${dayText(day)}, ${subject}: ${usedText(before)} -> ${usedText(after)}\n`,
    textTable(
      ['on the device', 'seconds', 'launches', 'by a person'],
      device.map((row) => [
        of(row),
        `${row.seconds_before} -> ${row.seconds_after}`,
        `${row.launches_before} -> ${row.launches_after}`,
        `${row.by_user_before} -> ${row.by_user_after}`,
      ]),
    ),
    textTable(
      ['on all devices', 'seconds', 'devices'],
      all.map((row) => [
        of(row),
        `${row.seconds_before} -> ${row.seconds_after}`,
        `${row.devices_before} -> ${row.devices_after}`,
      ]),
    ),
  ].join('');
}

const usedText = ({ seconds, launches, launchesByUser }: UseOfDay): string =>
  `${seconds} s, ${launches} launches, ${launchesByUser} by a person`;

function list(
  { limit, json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openOperationDesk(config.collectorDir);
  const corrections = desk.corrections.list(wholeNumber('--limit', limit as string, 1, MOST_LISTED));
  if (json) {
    output.print(corrections.map((each) => `${JSON.stringify(answerOf(each))}\n`).join(''));
    return;
  }
  output.print(
    textTable(
      ['number', 'made', 'by', 'day', 'device', 'what', 'before', 'after', 'reason', 'state'],
      corrections.map((each) => [
        ...[String(each.number), utcTime(each.madeAt), each.author, dayText(each.day)],
        ...[each.deviceId || '(erased)', each.undoes ? `undoes ${each.undoes}` : each.subject],
        ...[usedText(JSON.parse(each.before)), usedText(JSON.parse(each.after)), each.reason, stateOf(each)],
      ]),
    ),
  );
}

const answerOf = (correction: Correction) => ({
  ...correction,
  day: dayText(correction.day),
  before: JSON.parse(correction.before),
  after: JSON.parse(correction.after),
});

function stateOf({ undoneBy, written }: Correction): string {
  if (undoneBy !== undefined) return `undone by ${undoneBy}`;
  return written ? 'counts' : 'waits to be written';
}
