/** `fleetmeter-collector processing`: hold processing while reports are still taken, let it go on, see how far it is. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { openOperationDesk } from '../control/operation-desk.ts';
import type { ProcessingLag, ProcessingPause } from '../control/processing-state.ts';
import { type CommandOutput, EnrolCommandError, utcTime, withPlace } from '../enrol/command-line.ts';
import { whoIsThis } from '../settings/apply-command.ts';
import { bytesText, durationText } from './quantities.ts';

const LONGEST_REASON = 500;

export function addProcessing(program: Command, output: CommandOutput): void {
  const processing = program
    .command('processing')
    .description('hold and resume the way from reports to tables; reports are taken all the time');
  withPlace(processing.command('pause'), output, pause)
    .description('stop after the range in hand, until somebody resumes; survives restarts')
    .option('--reason <text>', 'why, for whoever finds it');
  withPlace(processing.command('resume'), output, resume).description('go on where it stopped');
  withPlace(processing.command('status'), output, status).description(
    'whether it is paused, how much waits, how fast it goes and when nothing will wait',
  );
}

function pause(
  { reason = '', json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const text = (reason as string).trim();
  if (text.length > LONGEST_REASON)
    throw new EnrolCommandError(`--reason takes at most ${LONGEST_REASON} characters, not ${text.length}`);
  using desk = openOperationDesk(config.collectorDir);
  const changed = desk.processing.pause(text, whoIsThis(), output.now());
  const current = desk.processing.current() as ProcessingPause;
  if (json) output.print(`${JSON.stringify({ changed, paused: pauseAnswer(current) })}\n`);
  else
    output.say(
      changed ? 'processing is paused; reports are taken and wait' : `already: ${pausedText(current)}`,
    );
}

function resume(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openOperationDesk(config.collectorDir);
  const ended = desk.processing.resume(whoIsThis(), output.now());
  const lag = desk.processing.lag();
  if (json)
    output.print(
      `${JSON.stringify({ changed: ended !== undefined, paused: null, ...(lag && { waiting: lag.records, catchUpSeconds: lag.catchUpSeconds }) })}\n`,
    );
  else if (!ended) output.say('processing was not paused');
  else
    output.say(
      `processing goes on after ${durationText((output.now() - ended.pausedAt) / 1000)}${lag ? `; waiting: ${waitingText(lag, false)}` : ''}`,
    );
}

function status(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openOperationDesk(config.collectorDir);
  const running = isCollectorRunning(config.collectorDir);
  const pause = desk.processing.current();
  const lag = desk.processing.lag();
  const checkpoint = desk.checkpoint();
  if (json) {
    const paused = pause ? pauseAnswer(pause) : null;
    output.print(`${JSON.stringify({ running, paused, checkpoint, lag: lag ?? null })}\n`);
    return;
  }
  output.print(`${pause ? pausedText(pause) : 'processing is not paused'}\n`);
  if (!running) output.print('no collector is running: nothing is taken or processed now\n');
  if (!lag) output.print('no collector has looked yet how much waits\n');
  else
    output.print(
      [
        `as of ${utcTime(lag.at)} UTC, ${durationText(Math.max(0, output.now() - lag.at) / 1000)} ago:`,
        `  waiting     ${waitingText(lag, pause !== undefined)}`,
        `  oldest      ${lag.oldestReceivedAt === null ? '-' : `${durationText((lag.at - lag.oldestReceivedAt) / 1000)} old`}`,
        `  arriving    ${lag.arrivingPerSecond} records/s`,
        `  processed   ${lag.processedPerSecond} records/s, ${lag.capacityPerSecond ?? 'not known how many'} when it has work`,
        `  checkpoint  ${checkpoint}`,
        '',
      ].join('\n'),
    );
}

const pauseAnswer = ({ pausedAt, pausedBy, reason }: ProcessingPause) => ({
  since: pausedAt,
  by: pausedBy,
  reason,
});

function pausedText({ pausedAt, pausedBy, reason }: ProcessingPause): string {
  return `processing is paused since ${utcTime(pausedAt)} UTC by ${pausedBy}: ${reason === '' ? 'no reason given' : reason}`;
}

function waitingText({ records, bytes, catchUpSeconds }: ProcessingLag, paused: boolean): string {
  if (records === 0) return 'nothing';
  const amount = `${records} records (${bytesText(bytes)})`;
  if (catchUpSeconds === null) return `${amount}; nobody can tell when none will`;
  return `${amount}; caught up ${durationText(catchUpSeconds)} after ${paused ? 'it is resumed' : 'now'}`;
}
