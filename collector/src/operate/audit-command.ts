/** `fleetmeter-collector audit`: whether totals equal facts, and facts equal what devices and the control store vouch for. */
import type { Command } from 'commander';
import type { AuditProgress, AuditRequest, AuditResult } from '../audit/audit.ts';
import { type AuditFindings, isBadNews } from '../audit/audit-findings.ts';
import type { CollectorConfig } from '../config/schema.ts';
import type { AuditReport } from '../control/audit-reports.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { openOperationDesk } from '../control/operation-desk.ts';
import type { Operation } from '../control/operations.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  utcTime,
  wholeNumber,
  withPlace,
} from '../enrol/command-line.ts';
import { whoIsThis } from '../settings/apply-command.ts';
import { follow } from './follow-operation.ts';
import { durationText } from './quantities.ts';

export function addAudit(program: Command, output: CommandOutput): void {
  withPlace(program.command('audit'), output, audit)
    .description(
      'what the last audit of facts and totals found, or with --now a new one; exit code 1 when anything is wrong',
    )
    .option('--now', 'audit everything now, the recent days and the inventory included')
    .option('--percent <n>', 'of its time it works so much', '50');
}

async function audit(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const { now, json, percent } = flags as { now?: boolean; json?: boolean; percent: string };
  const timePercent = wholeNumber('--percent', percent, 1, 100);
  using desk = openOperationDesk(config.collectorDir);
  if (now) {
    if (!isCollectorRunning(config.collectorDir))
      throw new EnrolCommandError(
        'no collector is running in this folder, and it is what looks at the tables',
      );
    const request: AuditRequest = { timePercent };
    const number = desk.operations.request('audit', request, whoIsThis(), output.now());
    const operation = await follow(desk, number, output, { inWords: words, quiet: json === true });
    if (operation.state !== 'done') {
      const { error = operation.state } = (operation.result ?? {}) as { error?: string };
      throw new EnrolCommandError(`the audit could not be done: ${error}`);
    }
    const { milliseconds, findings } = operation.result as AuditResult;
    show({ finishedAt: operation.finishedAt ?? 0, milliseconds, findings }, json, output);
    return;
  }
  const last = desk.auditReports.last() as AuditReport<AuditFindings> | undefined;
  if (last) show(last, json, output);
  else if (json) output.print('null\n');
  else output.say('nothing was audited yet; audit --now does it');
}

function words({ progress }: Operation): string {
  const { step = 0, steps } = (progress as AuditProgress | undefined) ?? {};
  return steps === undefined ? 'the audit waits for its turn' : `${step} of ${steps} steps done`;
}

function show(
  { finishedAt, milliseconds, findings }: AuditReport<AuditFindings>,
  json: boolean | undefined,
  output: CommandOutput,
): void {
  const wrong = isBadNews(findings);
  if (wrong) output.fail();
  if (json) {
    output.print(`${JSON.stringify({ finishedAt, milliseconds, wrong, ...findings })}\n`);
    return;
  }
  const { devices, digests, unverifiable, lost, totals, asked, postponed } = findings;
  const missing = Object.entries(lost).filter(([, count]) => count > 0);
  const lines = [
    `audit of ${utcTime(finishedAt)} UTC, ${durationText(milliseconds / 1000)}: ${wrong ? 'something is wrong' : 'all is as it was told'}`,
    `  facts   ${devices} devices, ${digests} digests of days${unverifiable > 0 ? `; ${unverifiable} inventories wait for evidence` : ''}`,
    `          lost: ${missing.length === 0 ? 'nothing' : missing.map(([kind, count]) => `${kind} ${count}`).join(', ')}`,
    ...(asked + postponed > 0 ? [`          ${asked} requests to devices, ${postponed} wait for room`] : []),
    `  totals  ${totals.compared} derived once more and compared, ${totals.differing} differ in ${totals.rows} rows`,
    ...(totals.waiting > 0
      ? [`          ${totals.waiting} not judged: they wait to be derived, or facts are on their way`]
      : []),
    ...totals.examples.map((example) => `          ${example}`),
    ...(totals.differing > 0 ? ['          what differs is derived again'] : []),
  ];
  output.print(`${lines.join('\n')}\n`);
}
