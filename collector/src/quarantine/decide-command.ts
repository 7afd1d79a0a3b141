/** `quarantine repair`, `replay` and `discard`: tried first, carried out by the running collector with `--commit`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { openQuarantineDesk } from '../control/quarantine-desk.ts';
import { visibleText } from '../dashboard/text/visible-text.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  textTable,
  utcTime,
  withPlace,
} from '../enrol/command-line.ts';
import { whoIsThis } from '../settings/apply-command.ts';
import { type DecisionAnswer, QuarantineAnswers, type TrialAnswer } from './quarantine-answers.ts';
import { filterOf, recordNumber, withFilter } from './selection.ts';
import { STEP_KINDS, transformation } from './transformation.ts';

const LOOK_EVERY_MS = 100;
/** A trial of everything that quarantine can hold takes the engine minutes. */
const TRIAL_MS = 600_000;
/** Then somebody who waits is told why. */
const STANDSTILL_MS = 30_000;
const LONGEST_REASON = 500;

type Deciding = 'repair' | 'replay' | 'discard';

const DESCRIPTIONS: Record<Deciding, string> = {
  repair: 'change records by recorded steps so that they count; tries it unless --commit is given',
  replay:
    'take records as they are, after an upgrade; devices of inventories and whole reports are asked for a resync',
  discard: 'give records up: nothing holds what they concern any more',
};

export function addDecide(quarantine: Command, output: CommandOutput): void {
  for (const action of ['repair', 'replay', 'discard'] as const) {
    const command = withFilter(
      withPlace(quarantine.command(action), output, (...given) => decide(action, ...given)),
    )
      .description(DESCRIPTIONS[action])
      .option('--all', 'every open record, when nothing else says which')
      .option('--because <text>', action === 'discard' ? 'why; needed' : 'why, for the audit trail')
      .option('--commit', 'do it; without it nothing is changed')
      .option('--no-wait', 'with --commit: do not wait until it is done');
    if (action !== 'repair') continue;
    const steps = STEP_KINDS.map(({ form, meaning }) => `  ${form.padEnd(32)}${meaning}`);
    command
      .argument('<steps...>', 'each one argument, applied in this order')
      .addHelpText('after', `\nSteps:\n${steps.join('\n')}`);
  }
}

async function decide(
  action: Deciding,
  flags: Record<string, unknown>,
  steps: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const filter = filterOf(flags, output.now());
  if (!flags.all && Object.values(filter).every((value) => value === undefined))
    throw new EnrolCommandError(
      `say which records: --reason, --agent-version, --device and so on (see --help), or --all`,
    );
  const reason = ((flags.because as string | undefined) ?? '').trim();
  if (reason.length > LONGEST_REASON)
    throw new EnrolCommandError(`--because takes at most ${LONGEST_REASON} characters, not ${reason.length}`);
  if (action === 'discard' && reason === '')
    throw new EnrolCommandError(
      'giving records up needs a reason that others can read later: --because <text>',
    );
  const how = action === 'repair' ? transformation(steps) : undefined;
  using desk = openQuarantineDesk(config.collectorDir);
  const answers = new QuarantineAnswers(desk);
  const running = isCollectorRunning(config.collectorDir);
  if (!flags.commit) {
    if (!running)
      throw new EnrolCommandError(
        'no collector is running, and only one can try this with its tables: start it, or say --commit',
      );
    const answer = await tried(answers, answers.ask({ filter, action }, how, output.now()));
    if (flags.json) output.print(`${JSON.stringify({ committed: false, ...answer }, null, 2)}\n`);
    else output.print(trialText(answer));
    return;
  }
  const decision = await answers.decide({ action, filter, reason, by: whoIsThis(), now: output.now() }, how);
  if (!decision) throw new EnrolCommandError('no open record fits that nothing was decided about yet');
  if (!running && !flags.json)
    output.say(`decision ${decision.decision} is kept: the next collector carries it out at its start`);
  const wait = flags.wait !== false && running;
  const done = wait ? await carriedOut(answers, decision.decision, flags.json === true, output) : decision;
  if (flags.json) output.print(`${JSON.stringify({ committed: true, ...done }, null, 2)}\n`);
  else output.print(`${decisionText(done)}\n`);
  // Somebody has to look: they are open as before.
  if ((done.outcomes.refused ?? 0) > 0) output.fail();
}

async function tried(answers: QuarantineAnswers, trial: number): Promise<TrialAnswer> {
  const until = performance.now() + TRIAL_MS;
  for (;;) {
    const answer = answers.trial(trial);
    if (answer?.error !== undefined) throw new EnrolCommandError(`it could not be tried: ${answer.error}`);
    if (answer) return answer;
    if (performance.now() > until)
      throw new EnrolCommandError(`the collector did not answer within ${TRIAL_MS / 60_000} minutes`);
    await sleep(LOOK_EVERY_MS);
  }
}

function trialText(answer: TrialAnswer): string {
  const lines = [`${answer.records} open records: ${outcomesText(answer.outcomes) || 'nothing to do'}`];
  for (const { number, detail, records } of answer.refusals)
    lines.push(`  refused: ${records} as record ${number}: ${visibleText(detail)}`);
  const table = textTable(
    ['DAY', 'APPLICATION', 'SECONDS BEFORE', 'AFTER', 'DEVICES BEFORE', 'AFTER'],
    answer.effect.map((row) => [
      new Date(row.day * 86_400_000).toISOString().slice(0, 10),
      visibleText(row.application) || row.application_id,
      ...[row.seconds_before, row.seconds_after, row.devices_before, row.devices_after].map(String),
    ]),
  );
  if (answer.effect.length > 0) lines.push('', table.trimEnd());
  if (answer.rows_left_out) lines.push('  and more applications, which are left out here');
  if (answer.days_left_out > 0) lines.push(`  and ${answer.days_left_out} older days`);
  return `${lines.join('\n')}\n\nnothing was changed: say --commit to do it\n`;
}

async function carriedOut(
  answers: QuarantineAnswers,
  number: number,
  quiet: boolean,
  output: CommandOutput,
): Promise<DecisionAnswer> {
  let told = -1;
  let movedAt = performance.now();
  for (;;) {
    const decision = answers.decision(number) as DecisionAnswer;
    if (decision.waiting === 0) return decision;
    if (decision.waiting !== told) {
      if (!quiet && told !== -1)
        output.say(`decision ${number}: ${decision.waiting} of ${decision.records} records wait`);
      told = decision.waiting;
      movedAt = performance.now();
    } else if (performance.now() - movedAt > STANDSTILL_MS) {
      output.say(
        `decision ${number} is kept and ${decision.waiting} records wait: the collector, or its engine, is busy or away`,
      );
      movedAt = Number.POSITIVE_INFINITY;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

export function addDecisions(quarantine: Command, output: CommandOutput): void {
  withPlace(quarantine.command('decisions'), output, decisions)
    .description('the audit trail: what was decided, by whom, why, and what became of it; newest first')
    .option('--limit <n>', 'at most', '50');
}

function decisions(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openQuarantineDesk(config.collectorDir);
  const made = new QuarantineAnswers(desk).decisions(recordNumber('--limit', flags.limit as string));
  if (flags.json) output.print(`${JSON.stringify(made, null, 2)}\n`);
  else output.print(made.length === 0 ? 'none\n' : `${made.map(decisionText).join('\n')}\n`);
}

function decisionText(decision: DecisionAnswer): string {
  const { decision: number, action, selection, reason, decided_by, decided_at, records, waiting } = decision;
  const how = decision.transformation ? `: ${decision.transformation.steps.join('; ')}` : '';
  const became = outcomesText(decision.outcomes) || 'nothing yet';
  return visibleText(
    `decision ${number}, ${utcTime(Date.parse(decided_at))} by ${decided_by}: ${action}${how}; ${selection}; ` +
      `${records} records: ${became}${waiting > 0 ? `, ${waiting} wait` : ''}${reason ? `; because ${reason}` : ''}`,
  );
}

function outcomesText(outcomes: DecisionAnswer['outcomes']): string {
  return Object.entries(outcomes)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}
