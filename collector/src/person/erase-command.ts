/** `fleetmeter-collector person erase`: nothing of a person is kept, and what comes later is left out. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { openPersonDesk } from '../control/person-desk.ts';
import type { PersonErasure } from '../control/person-erasures.ts';
import { personCalled } from '../control/person-pseudonym.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  textTable,
  utcTime,
  withPlace,
} from '../enrol/command-line.ts';
import { whoIsThis } from '../settings/apply-command.ts';

const LOOK_EVERY_MS = 250;
const LISTED = 1_000;
const LONGEST_REASON = 500;
const WORDS: Record<PersonErasure['phase'], string> = {
  requested: 'the collector will take it up in a moment',
  deleting: 'rows are being deleted',
  deriving: 'no row is left; totals are derived again',
  done: 'erased',
};

export function addErasePerson(person: Command, output: CommandOutput): void {
  withPlace(person.command('erase'), output, erase)
    .description('delete everything of a person and take nothing more of him or her; cannot be undone')
    .option('--reason <text>', 'why; kept with the fact that somebody was erased')
    .option('--yes', 'it is meant')
    .option('--no-wait', 'do not wait until it is done')
    .argument('<person>', "16 digits, as the agent's disclosed shows them, or 32 as the tables do");
  withPlace(person.command('erasures'), output, list).description(
    'persons that were erased, without saying who they were',
  );
}

async function erase(
  flags: Record<string, unknown>,
  [called = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const {
    yes,
    wait,
    json,
    reason = '',
  } = flags as { yes?: boolean; wait: boolean; json?: boolean; reason?: string };
  if (reason.trim() === '' || reason.length > LONGEST_REASON)
    throw new EnrolCommandError(`--reason is needed, of at most ${LONGEST_REASON} characters`);
  if (!yes)
    throw new EnrolCommandError(
      'this deletes all use of the person, and cannot be undone: say --yes as well',
    );
  using desk = openPersonDesk(config.collectorDir);
  const person = personCalled(desk.userKey, called);
  if (!person) throw new EnrolCommandError('a person is called by 16 or 32 hex digits');
  const number = desk.erasures.request(person, reason.trim(), whoIsThis(), output.now());
  const running = isCollectorRunning(config.collectorDir);
  let told = '';
  for (;;) {
    const erasure = desk.erasures.get(number) as PersonErasure;
    const { phase, progress, rows } = erasure;
    const text = progress === '' ? WORDS[phase] : `${WORDS[phase]} (${progress})`;
    const last = phase === 'done' || !wait || !running;
    if (json && last) output.print(`${JSON.stringify({ erasure: number, phase, progress, rows })}\n`);
    if (!json && text !== told)
      output.say(`erasure ${number}: ${text}${phase === 'done' ? `, ${rows} rows of use` : ''}`);
    told = text;
    if (last) break;
    await sleep(LOOK_EVERY_MS);
  }
  if (!running && !json) output.say('no collector is running: the next one does it at its start');
}

function list(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openPersonDesk(config.collectorDir);
  const erasures = desk.erasures
    .list(LISTED)
    .map(({ number, phase, reason, requestedBy, requestedAt, finishedAt, rows }) => ({
      ...{ number, phase, reason, requestedBy, requestedAt, finishedAt, rows },
    }));
  if (json) {
    output.print(`${JSON.stringify(erasures, null, 2)}\n`);
    return;
  }
  const rows = erasures.map(({ number, phase, requestedAt, requestedBy, rows: gone, reason }) => [
    ...[String(number), phase, utcTime(requestedAt), requestedBy, String(gone), reason],
  ]);
  output.print(textTable(['number', 'state', 'asked at', 'by', 'rows', 'reason'], rows));
}
