/** `status` for people, or as JSON. */
import { printable } from '../printable-text.ts';
import { excludedText, type FinderStatus, linkLines } from '../watch/finder-status.ts';
import { rollUpLines } from '../watch/roll-ups.ts';
import type { AgentStatus } from './agent-status.ts';
import { costLine, firstScanText, hashedLine } from './hashing-lines.ts';
import { packageLines } from './package-lines.ts';
import { readStatus, type StatusReport } from './read-status.ts';
import { settingsLines } from './settings-lines.ts';

export function showStatus(dataDir: string, json: boolean, nowMs: number): void {
  const report = readStatus(dataDir);
  console.log(json ? JSON.stringify(report, null, 2) : statusText(report, nowMs));
}

function statusText(report: StatusReport, nowMs: number): string {
  const lines: [string, string][] = [
    ['agent', agentLine(report, nowMs)],
    ['state', stateLine(report)],
    ['device', deviceLine(report, nowMs)],
    ['epoch', epochLine(report)],
    ['last report', lastReportLine(report, nowMs)],
    ['installed', `${report.executables_installed} executables${firstScanText(report, nowMs, age)}`],
    ['to send', toSendLine(report)],
    ...(report.agent ? agentLines(report.agent) : []),
  ];
  const text = lines.map(([name, value]) => `${name.padEnd(13)}${value}`);
  for (const problem of report.agent?.problems ?? [])
    text.push(`${problem.severity.padEnd(13)}${problem.title}. ${problem.advice}`);
  return text.join('\n');
}

function agentLine({ running, agent }: StatusReport, nowMs: number): string {
  if (!agent) return 'has not written a status yet';
  const since = running
    ? `running for ${age(nowMs - agent.startedAtMs)}`
    : `not running since about ${age(nowMs - agent.updatedAtMs)}`;
  return `${agent.agentVersion}, ${since}, pid ${agent.pid}`;
}

function deviceLine({ device_id, key }: StatusReport, nowMs: number): string {
  const device = device_id ?? 'not enrolled yet';
  if (!key) return device;
  return `${device}, key ${key.id} made ${age(nowMs - Date.parse(key.made_at))} ago${key.being_replaced ? ', being replaced' : ''}`;
}

function stateLine({ state_folder, agent }: StatusReport): string {
  if (!agent?.state) return state_folder;
  const [used, most] = [agent.state.usedBytes, agent.state.mostBytes].map((bytes) => bytes / 1024 / 1024);
  return `${state_folder}, ${used?.toFixed(1)} of at most ${Math.round(most ?? 0)} MiB`;
}

function epochLine({ epoch, epoch_parent, sequence }: StatusReport): string {
  if (!epoch) return 'none';
  return `${epoch}, report ${sequence}${epoch_parent ? `, child of ${epoch_parent}` : ''}`;
}

function lastReportLine({ last_report }: StatusReport, nowMs: number): string {
  if (!last_report) return 'none acknowledged yet';
  const { sequence, bytes, acknowledged_at } = last_report;
  return `${sequence}, ${bytes} bytes, acknowledged ${age(nowMs - Date.parse(acknowledged_at))} ago`;
}

function toSendLine({ report_in_flight, usage_rows_to_send }: StatusReport): string {
  const waiting = report_in_flight
    ? `report ${report_in_flight.sequence} (${report_in_flight.bytes} bytes), `
    : '';
  return `${waiting}${usage_rows_to_send} usage rows`;
}

function agentLines(agent: AgentStatus): [string, string][] {
  const { usage, evidence, reporting } = agent;
  const skipped = agent.skipped.map(({ reason, count }) => `${count} ${reason}`).join(', ');
  return [
    [
      'collector',
      `${agent.collectorUrl}${agent.proxy ? ` through the proxy ${agent.proxy}` : ''}, every ${agent.reportIntervalSeconds} s, ${reporting.acknowledged} acknowledged, ${reporting.refused} refused, ${reporting.failures} failures in a row`,
    ],
    ...addressLines(agent),
    ...moveLines(agent),
    ...settingsLines(agent.settings),
    ['roots', agent.roots.join(' ')],
    ...packageLines(agent.finding.packageDatabases),
    ['hashed', hashedLine(agent, age)],
    ['not listed', skipped || 'nothing'],
    ...leftOutLines(agent),
    [
      'metering',
      `${usage.running} processes every ${agent.sampleIntervalSeconds} s, ${usage.waitingForIdentification} programs being identified, ${usage.unreadableProcesses} processes hidden, ${usage.missedSamples} samples missed`,
    ],
    ['in front', foregroundText(agent.foreground)],
    [
      'evidence',
      `${evidence.sent} sent, ${evidence.waiting} waiting, ${evidence.missing} asked for and not here`,
    ],
    ['own cost', costLine(agent, age)],
  ];
}

/** Undefined: a status of an earlier agent. */
function foregroundText(foreground: AgentStatus['foreground'] | undefined): string {
  if (foreground === 'off') return 'not metered: switched off on this device';
  if (!foreground) return 'not known: nobody is asked on this platform';
  const { displays, answers, failures, why, ofOthers = 0 } = foreground;
  const known = why === null ? 'known' : `not known: ${printable(why)}`;
  const others = ofOthers > 0 ? `, ${ofOthers} named a process of another user` : '';
  return `${known}; ${displays} displays asked, ${answers} answers, ${failures} failures${others}`;
}

/** A status of an earlier agent says none of this. */
function leftOutLines({ finding }: AgentStatus): [string, string][] {
  const { excluded = [], linksOut = [], rolledUp, homePrograms } = finding;
  const places = excluded.map((folder): [string, string] => ['left out', excludedText(folder)]);
  const links = linkLines(linksOut, finding.skipped['link-out-of-roots'] ?? 0);
  const trees = rolledUp ? rollUpLines(rolledUp).map((line): [string, string] => ['counted', line]) : [];
  const homes = homePrograms ? `${homePrograms.listed} of at most ${homePrograms.most} programs listed` : '';
  const lacks = evidenceLacks(finding).map((text): [string, string] => ['left out', text]);
  return [
    ...places,
    ...links.map((text): [string, string] => ['left out', text]),
    ...lacks,
    ...trees,
    ...(homes ? [['homes', homes] as [string, string]] : []),
  ];
}

function evidenceLacks({ evidenceBeyondLimits = 0, unusableBundles = 0 }: Partial<FinderStatus>): string[] {
  return [
    ...(evidenceBeyondLimits > 0
      ? [`parts of what ${evidenceBeyondLimits} programs say of themselves, beyond the limits of reading`]
      : []),
    ...(unusableBundles > 0 ? [`names of ${unusableBundles} bundles whose Info.plist cannot be used`] : []),
  ];
}

/** Only when there is a choice; a status of an earlier agent has none. */
function addressLines({ addresses = [], collectorUrl, addressSwitches }: AgentStatus): [string, string][] {
  if (addresses.length < 2) return [];
  const each = addresses.map(({ url, moved, failure }) => {
    const state = failure ?? (url === collectorUrl ? 'in use' : 'not needed');
    return `${url} (${moved ? 'announced by the collector, ' : ''}${state})`;
  });
  return [['addresses', `${each.join(', ')}; changed ${addressSwitches} times`]];
}

/** Only when the collector ever said that it moves. */
function moveLines({ move }: AgentStatus): [string, string][] {
  if (!move || move.serial === 0) return [];
  const { announced, settled } = move;
  const old = settled ? `moved to ${settled.join(' ')}` : 'at the place that was joined';
  if (!announced) return [['move', `notice ${move.serial}, over; ${old}`]];
  const state = announced.answers ? 'which answers' : 'which has not answered yet';
  const where = announced.addresses.join(' ');
  return [
    [
      'move',
      `notice ${move.serial}: to ${where}, ${state}; old addresses beside it until ${announced.until}`,
    ],
  ];
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
