/** `explain PATH` for people, or as JSON. */
import { resolve } from 'node:path';
import type { Evidence } from '@fleetmeter/proto';
import type { LoadedConfig } from '../config/load-config.ts';
import { printable } from '../printable-text.ts';
import { type Explanation, explainPath } from './explain-path.ts';
import { gatherFacts } from './gather-facts.ts';
import type { PathFacts } from './path-facts.ts';

const DAY_MS = 86_400_000;

/** As `explain --json` prints it. What is not known is null. */
export interface ExplanationReport extends Explanation {
  path: string;
  root: string | null;
  file_system: string | null;
  file: Extract<PathFacts['disk'], { kind: 'file' }> | null;
  excluded: PathFacts['excluded'] | null;
  rolled_up: PathFacts['rollUp'] | null;
  ran_on: string | null;
  executable_id: string | null;
  /** Day. */
  hashed_on: string | null;
  /** As it is sent; bytes as hex. */
  evidence: Record<string, unknown> | null;
  package: { manager: string; name: string | undefined; version: string | undefined } | null;
  /** Whether the collector has acknowledged it, as of its last acknowledgement. */
  sent: { acknowledged: boolean; last_report: number | null; last_acknowledged_at: string | null } | null;
  agent: 'running' | 'not running' | 'has not run here' | 'state cannot be read';
}

export function explainCommand(path: string, loaded: LoadedConfig, json: boolean, nowMs: number): void {
  const report = explanationReport(gatherFacts(resolve(path), loaded, nowMs));
  console.log(json ? JSON.stringify(report, null, 2) : explanationText(report));
}

export function explanationReport(facts: PathFacts): ExplanationReport {
  const { store, disk } = facts;
  const listed = store?.listed;
  return {
    path: facts.path,
    ...explainPath(facts),
    root: facts.root ?? null,
    file_system: facts.fileSystem ?? null,
    file: disk.kind === 'file' ? disk : null,
    excluded: facts.excluded ?? null,
    rolled_up: facts.rollUp ?? null,
    ran_on: store?.ranOn === undefined ? null : dayText(store.ranOn),
    executable_id: listed?.executableId ?? null,
    hashed_on: listed?.hashedOn ? dayText(listed.hashedOn) : null,
    evidence: listed ? readable(listed.evidence) : null,
    package: listed ? packageOf(listed.evidence) : null,
    sent: listed
      ? {
          acknowledged: listed.acknowledged,
          last_report: store?.lastReport?.sequence ?? null,
          last_acknowledged_at: store?.lastReport
            ? new Date(store.lastReport.acknowledgedAtMs).toISOString()
            : null,
        }
      : null,
    agent: agentState(facts),
  };
}

export function explanationText(report: ExplanationReport): string {
  const { root, file, evidence, sent } = report;
  const lines: [string, string | null][] = [
    ['path', report.path],
    ['verdict', `${report.listed ? 'in' : 'out'}: ${report.verdict}`],
    ...report.why.map((why): [string, string] => ['why', why]),
    ['root', root ?? 'none'],
    ['on', report.file_system],
    ['file', file && `${file.size} bytes, ${file.format ?? 'no program'}`],
    ['ran', report.ran_on && `since ${report.ran_on} or earlier`],
    ['executable', report.executable_id],
    ['hashed', report.executable_id && (report.hashed_on ?? 'on a day that is not known')],
    ['package', report.package && Object.values(report.package).filter(Boolean).join(' ')],
    ...Object.entries(evidence ?? {}).map(([name, value]): [string, string] => [
      'evidence',
      `${name}: ${value}`,
    ]),
    ['sent', sent && sentText(sent)],
    ['agent', report.agent],
  ];
  return lines
    .flatMap(([name, value]) => (value ? [`${name.padEnd(11)}${printable(value)}`] : []))
    .join('\n');
}

function sentText({
  acknowledged,
  last_report,
  last_acknowledged_at,
}: NonNullable<ExplanationReport['sent']>): string {
  if (!acknowledged) return 'not yet acknowledged by the collector';
  return `the collector has it; last report ${last_report ?? '?'}, acknowledged ${last_acknowledged_at ?? 'at a time not known'}`;
}

function agentState({ store, storeFault }: PathFacts): ExplanationReport['agent'] {
  if (storeFault) return 'state cannot be read';
  if (!store) return 'has not run here';
  return store.agentRuns ? 'running' : 'not running';
}

function packageOf({ packageManager, packageName, packageVersion }: Evidence): ExplanationReport['package'] {
  if (packageManager === undefined) return null;
  return { manager: packageManager, name: packageName, version: packageVersion };
}

function readable(evidence: Evidence): Record<string, unknown> {
  const entries = Object.entries(evidence).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ]),
  );
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
