/** `fleetmeter-collector settings`: what is in force, how far a change has spread, and stopping or hastening it. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { type GroupSettings, type GroupState, inForce } from '../control/group-settings.ts';
import { openSettingsDesk } from '../control/settings-desk.ts';
import { openRing, opensAfter } from '../control/settings-rollout.ts';
import { type CommandOutput, EnrolCommandError, utcTime, withPlace } from '../enrol/command-line.ts';
import { whoIsThis } from './apply-command.ts';

const DEFAULT_GROUP = 'default';

export function addSettings(program: Command, output: CommandOutput): void {
  const settings = program
    .command('settings')
    .description('show what agents are set to, steer how it spreads');
  withPlace(settings.command('show'), output, show)
    .description('settings in force of each group, their ring, and how many devices run by them')
    .option('--group <name>', 'only this group');
  withPlace(settings.command('advance'), output, (...given) => steer('advance', ...given))
    .description('open the next ring of a group now; ends a halt')
    .option('--group <name>', 'the group', DEFAULT_GROUP);
  withPlace(settings.command('halt'), output, (...given) => steer('halt', ...given))
    .description('open no further ring of a group until settings advance')
    .option('--group <name>', 'the group', DEFAULT_GROUP);
}

/** One group as `show --json` prints it. */
interface Shown {
  group: string;
  version: number;
  settings: GroupState['settings'];
  /** Of all agents, below the settings of the group: from the collector's configuration. */
  below: GroupState['settings'];
  paused_at: string | null;
  changed_at: string | null;
  changed_by: string | null;
  /** While a change spreads: what the other devices run by. */
  spreading: {
    ring: number;
    rings: number;
    percent: number;
    halted: boolean;
    next_ring_at: string | null;
    others: { version: number; settings: GroupState['settings'] };
  } | null;
  devices: { version: number; devices: number }[];
}

function show(
  { group, json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openSettingsDesk(config.collectorDir);
  const { settings } = desk;
  const names = [
    ...new Set([...settings.memberGroups(), ...settings.all().map((state) => state.group)]),
  ].sort();
  const asked = group === undefined ? names : names.filter((name) => name === group);
  if (group !== undefined && asked.length === 0)
    throw new EnrolCommandError(`no group ${JSON.stringify(group)}; there are ${names.join(', ') || 'none'}`);
  const confirmed = settings.confirmed();
  const shown = asked.map((name) => shownGroup(name, settings, confirmed, output.now()));
  if (json) output.print(`${JSON.stringify(shown, null, 2)}\n`);
  else output.print(`${shown.map(groupText).join('\n')}\n`);
}

function shownGroup(
  group: string,
  settings: GroupSettings,
  confirmed: ReturnType<GroupSettings['confirmed']>,
  now: number,
): Shown {
  const state = settings.of(group);
  const bottom = settings.bottom();
  return {
    group,
    version: state?.version ?? bottom.version,
    settings: state?.settings ?? {},
    below: bottom.settings,
    paused_at: isoTime(state?.pausedAt),
    changed_at: isoTime(state?.changedAt),
    changed_by: state?.changedBy ?? null,
    spreading: state ? spreading(state, now) : null,
    devices: confirmed
      .filter((each) => each.group === group)
      .map(({ version, devices }) => ({ version, devices }))
      .sort((a, b) => b.version - a.version),
  };
}

function spreading(state: GroupState, now: number): Shown['spreading'] {
  const { rollout, previous } = state;
  if (inForce(state, now).version === state.version) return null;
  const open = openRing(rollout, now);
  return {
    ring: open.ring + 1,
    rings: rollout.rings.length,
    percent: rollout.rings[open.ring]?.percent ?? 100,
    halted: rollout.halted,
    next_ring_at: rollout.halted ? null : isoTime(opensAfter(rollout.rings, open)),
    others: previous,
  };
}

function groupText(shown: Shown): string {
  const { group, version, changed_at, changed_by, paused_at, settings, below, devices } = shown;
  const since = changed_at ? `, since ${utcTime(Date.parse(changed_at))} by ${changed_by}` : '';
  const total = devices.reduce((sum, each) => sum + each.devices, 0);
  const running = devices.find((each) => each.version === version)?.devices ?? 0;
  const lines = [
    `group ${group}: ${version === 0 ? 'nothing is set' : `version ${version}${since}`}`,
    ...(paused_at ? [`  paused since ${utcTime(Date.parse(paused_at))}`] : []),
    ...Object.entries(settings).map(([name, value]) => `  ${name} ${JSON.stringify(value)}`),
    ...Object.entries(below)
      .filter(([name]) => !(name in settings))
      .map(([name, value]) => `  ${name} ${JSON.stringify(value)} (from the collector's configuration)`),
    ...(shown.spreading ? spreadingLines(shown.spreading) : []),
    `  ${running} of ${total} devices have confirmed it`,
  ];
  return lines.join('\n');
}

function spreadingLines({
  ring,
  rings,
  percent,
  halted,
  next_ring_at,
  others,
}: NonNullable<Shown['spreading']>) {
  const next = halted
    ? 'halted: settings advance opens the next'
    : `the next opens ${next_ring_at ? utcTime(Date.parse(next_ring_at)) : 'never'}`;
  return [
    `  ring ${ring} of ${rings} is open, ${percent} % of the devices; ${next}`,
    `  the others: version ${others.version} ${JSON.stringify(others.settings)}`,
  ];
}

function steer(
  what: 'advance' | 'halt',
  { group, json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openSettingsDesk(config.collectorDir);
  const change = { by: whoIsThis(), now: output.now() };
  const state = desk.settings[what](group as string, change);
  if (!state)
    throw new EnrolCommandError(
      `no change of group ${JSON.stringify(group)} is spreading that could be ${what === 'halt' ? 'halted' : 'advanced'}; settings show says how far each is`,
    );
  const { rings, ring, halted } = state.rollout;
  const percent = rings[ring]?.percent ?? 100;
  if (json) output.print(`${JSON.stringify({ group, version: state.version, percent, halted })}\n`);
  else
    output.say(
      `group ${group}: version ${state.version} is for ${percent} % of the devices now${halted ? ', halted' : ''}`,
    );
}

function isoTime(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
