/** `fleetmeter-collector rebuild`: derive totals anew from facts, beside the live tables. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { type OperationDesk, openOperationDesk } from '../control/operation-desk.ts';
import type { Operation } from '../control/operations.ts';
import { type CommandOutput, EnrolCommandError, wholeNumber, withPlace } from '../enrol/command-line.ts';
import type { RebuildProgress, RebuildRequest, RebuildResult } from '../recompute/rebuild-request.ts';
import { whoIsThis } from '../settings/apply-command.ts';
import { daysArgument, dayText } from './day-argument.ts';
import { follow } from './follow-operation.ts';

export function addRebuild(program: Command, output: CommandOutput): void {
  // What comes behind `status` and `stop` is theirs.
  const rebuild = program.command('rebuild').enablePositionalOptions();
  withPlace(rebuild, output, begin)
    .description('derive totals anew from facts beside the live tables, and swap them in one by one')
    .option('--days <a..b>', 'these UTC days, or one')
    .option('--inventory', 'what is installed now')
    .option('--all', 'the inventory, and every day of which facts are here')
    .option('--percent <n>', 'of its time it works so much', '50')
    .option('--no-wait', 'do not wait until it is done');
  withPlace(rebuild.command('status'), output, status).description('how far the newest rebuild is');
  withPlace(rebuild.command('stop'), output, stop).description(
    'end it after the derivation in hand; what was rebuilt stays',
  );
}

async function begin(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const { json, wait } = flags as { json?: boolean; wait: boolean };
  const request = requestOf(flags);
  using desk = openOperationDesk(config.collectorDir);
  const open = desk.operations.oldestOpen('rebuild');
  if (open)
    throw new EnrolCommandError(
      `rebuild ${open.number} by ${open.requestedBy} is under way; wait for it, or end it with rebuild stop`,
    );
  const number = desk.operations.request('rebuild', request, whoIsThis(), output.now());
  if (!isCollectorRunning(config.collectorDir)) {
    if (json) output.print(`${JSON.stringify(answer(desk, number))}\n`);
    else output.say(`rebuild ${number}: no collector is running, the next one begins it`);
    return;
  }
  if (!wait) {
    if (json) output.print(`${JSON.stringify(answer(desk, number))}\n`);
    else output.say(`rebuild ${number} is asked for; rebuild status shows how far it is`);
    return;
  }
  if (!json) output.say('it goes on when this command is ended; rebuild stop ends it');
  show(await follow(desk, number, output, { inWords: words, quiet: json === true }), flags, desk, output);
}

function requestOf({ days, inventory, all, percent }: Record<string, unknown>): RebuildRequest {
  if (days === undefined && !inventory && !all)
    throw new EnrolCommandError('say what: --days a..b, --inventory or --all');
  return {
    ...(days !== undefined && { days: daysArgument('--days', days as string) }),
    inventory: inventory === true,
    all: all === true,
    timePercent: wholeNumber('--percent', percent as string, 1, 100),
  };
}

function status(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openOperationDesk(config.collectorDir);
  const latest = desk.operations.latest('rebuild');
  if (latest) show(latest, flags, desk, output);
  else if (flags.json) output.print('null\n');
  else output.say('nothing was ever rebuilt');
}

function stop(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openOperationDesk(config.collectorDir);
  const open = desk.operations.oldestOpen('rebuild');
  if (!open) throw new EnrolCommandError('no rebuild is under way');
  const { done = 0, skipped = [] } = (open.progress as RebuildProgress | undefined) ?? {};
  desk.operations.finish(open.number, 'stopped', { done, skipped } satisfies RebuildResult, output.now());
  if (json) output.print(`${JSON.stringify(answer(desk, open.number))}\n`);
  else output.say(`rebuild ${open.number} ends after the derivation in hand; ${done} were done`);
}

function show(
  operation: Operation,
  { json }: Record<string, unknown>,
  desk: OperationDesk,
  output: CommandOutput,
): void {
  if (operation.state === 'failed') output.fail();
  if (json) output.print(`${JSON.stringify(answer(desk, operation.number))}\n`);
  else output.say(words(operation));
}

/** The progress lists everything that waits; a person, or a program, wants to know how many. */
function answer(desk: OperationDesk, number: number) {
  const { progress, result, request, ...operation } = desk.operations.get(number) as Operation;
  const { waiting, done, skipped, fault, failures } = (progress as RebuildProgress | undefined) ?? {
    ...{ waiting: undefined, done: 0, skipped: [], fault: '', failures: 0 },
  };
  const finished = result as RebuildResult | undefined;
  return {
    ...operation,
    request,
    done: finished?.done ?? done,
    waiting: finished ? 0 : (waiting?.length ?? null),
    skippedDays: (finished?.skipped ?? skipped).map(dayText),
    fault,
    failures,
  };
}

function words({ number, state, progress, result }: Operation): string {
  const finished = result as RebuildResult | undefined;
  if (finished) {
    const { done, skipped } = finished;
    const left =
      skipped.length === 0 ? '' : `; ${skipped.length} days have no facts here and stay as they are`;
    return `rebuild ${number} is ${state}: ${done} derived${left}`;
  }
  const present = progress as RebuildProgress | undefined;
  if (!present) return `rebuild ${number} waits for its turn`;
  const [next] = present.waiting;
  const what = next?.kind === 'usage-day' ? dayText(next.day) : 'the inventory';
  const fault = present.failures === 0 ? '' : `; tried ${present.failures} times in vain: ${present.fault}`;
  return `rebuild ${number}: ${present.done} of ${present.done + present.waiting.length} derived${next ? `, now ${what}` : ''}${fault}`;
}
