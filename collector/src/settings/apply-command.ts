/** `fleetmeter-collector apply -f FILE`: makes the settings of groups what a document says, and shows the difference. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import type { GroupSettings } from '../control/group-settings.ts';
import { openSettingsDesk } from '../control/settings-desk.ts';
import { type CommandOutput, EnrolCommandError, withPlace } from '../enrol/command-line.ts';
import { nearestName } from './nearest-name.ts';
import { changeLine, ringsText, type SettingChange, settingChanges } from './settings-difference.ts';
import { type GroupWish, parseSettingsDocument } from './settings-document.ts';

/** What became of one group of the document. */
interface Applied {
  group: string;
  changes: SettingChange[];
  /** The new version; undefined when nothing changed, and in a dry run. */
  version: number | undefined;
  rings: GroupWish['rings'];
}

export function addApply(program: Command, output: CommandOutput): void {
  withPlace(program.command('apply'), output, apply)
    .description('set what agents of each group do, as a JSON document says; shows what that changes')
    .requiredOption('-f, --file <file>', 'the document; - reads standard input')
    .option('--dry-run', 'only show it')
    .addHelpText('after', '\ndocs/settings.md explains the document and every setting.');
}

function apply(
  { file, dryRun, json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const wishes = parseSettingsDocument(
    readDocument(file as string),
    file === '-' ? 'standard input' : (file as string),
  );
  using desk = openSettingsDesk(config.collectorDir);
  const change = { by: whoIsThis(), now: output.now() };
  const applied = desk.together(() =>
    wishes.map((wish) => applyOne(desk.settings, wish, dryRun === true ? undefined : change)),
  );
  if (json) output.print(`${JSON.stringify({ dryRun: dryRun === true, groups: applied }, null, 2)}\n`);
  else for (const each of applied) output.print(`${appliedLines(each, dryRun === true).join('\n')}\n`);
  const known = desk.settings.memberGroups();
  for (const { group } of wishes) if (!known.includes(group)) output.say(strangerNote(group, known));
}

/** It may come to have devices; more often it is mistyped. */
export function strangerNote(group: string, known: readonly string[]): string {
  const nearest = nearestName(group, known);
  return `note: no device and no token is of group ${group}${nearest ? `; did you mean ${nearest}?` : ''}`;
}

function applyOne(
  settings: GroupSettings,
  { group, settings: wanted, rings }: GroupWish,
  change: { by: string; now: number } | undefined,
): Applied {
  const changes = settingChanges(settings.of(group)?.settings ?? {}, wanted);
  const version =
    changes.length > 0 && change ? settings.put(group, wanted, rings, change).version : undefined;
  return { group, changes, version, rings };
}

function appliedLines({ group, changes, version, rings }: Applied, dryRun: boolean): string[] {
  if (changes.length === 0) return [`group ${group}: nothing changed`];
  const heading = dryRun ? 'would change' : `version ${version}`;
  return [`group ${group}: ${heading}`, ...changes.map(changeLine), `  devices get it: ${ringsText(rings)}`];
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new EnrolCommandError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

/** The name that the operating system has for who runs this; through sudo, who asked for it. */
export function whoIsThis(): string {
  if (process.env.SUDO_USER) return process.env.SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
