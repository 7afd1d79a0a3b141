/** What a person should know and may act on, from what the agent knows of itself. Pure. */
import type { SettingsStatus } from '../settings/effective-settings.ts';
import { budgetProblems, type Overspent } from './cost-budget.ts';
import { adviceFor, type NotAdmitted } from './not-admitted.ts';
import type { Problem } from './problem.ts';

/** What keeps the users of the device from seeing what was sent. */
export interface DisclosureStatus {
  fault: string | null;
  closedAt: string | null;
  usersWithoutFile: number;
  /** Why what was sent last is not noted. */
  ledgerFault: string | null;
}

export interface ProblemInput {
  /** Failures to reach the collector in a row. */
  sendFailures: number;
  lastFailure: string | undefined;
  notAdmitted: NotAdmitted | undefined;
  refusedReports: number;
  quarantined: number;
  /** Notices that were not obeyed, by reason. */
  noticesIgnored: Partial<Record<string, number>>;
  missedSamples: number;
  unreadableProcesses: number;
  /** The agent may see everything the kernel shows; what is hidden then is hidden from everybody. */
  privileged: boolean;
  droppedValues: number;
  /** By how much the computer's clock is ahead of the collector's; 0 for what is not worth a word. */
  clockAheadSeconds: number;
  skipped: readonly { reason: string; count: number }[];
  /** Of the state: its limit in bytes, and usage rows that went because of it. */
  state: { mostBytes: number; forgotten: { acknowledged: number; unreported: number } };
  /** Last error of the store while running. */
  storeError: string | undefined;
  /** The store was damaged not long ago, and where that lies now. */
  storeRebuilt?: { atMs: number; movedAside: string } | undefined;
  settings: Pick<SettingsStatus, 'refused' | 'ceiling'>;
  disclosure?: DisclosureStatus;
  /** What the agent cost beyond its budget. */
  overspent: readonly Overspent[];
}

/** Fewer failures than this are blips. */
const FAILURES_WORTH_TELLING = 3;

export function problemsOf(input: ProblemInput): Problem[] {
  const problems: Problem[] = [];
  const add = (severity: Problem['severity'], code: string, title: string, advice: string): void => {
    problems.push({ code, title, severity, advice });
  };
  if (input.storeError)
    add(
      'error',
      'store-failing',
      `The store cannot be written: ${input.storeError}`,
      'Look at free space and rights of the state folder.',
    );
  if (input.storeRebuilt)
    add(
      'warning',
      'store-rebuilt',
      `The store was damaged, and begun anew at ${new Date(input.storeRebuilt.atMs).toISOString()}`,
      `Usage that was not reported by then is lost. Look at the disk; the damaged store is ${input.storeRebuilt.movedAside}`,
    );
  const limitMib = Math.floor(input.state.mostBytes / 1024 / 1024);
  const leftOut = input.skipped.find(({ reason }) => reason === 'state-full');
  if (leftOut)
    add(
      'error',
      'state-full',
      `The state is at its limit of ${limitMib} MiB: ${leftOut.count} files are not listed`,
      'Exclude folders with many program files by the setting roots.',
    );
  const { unreported, acknowledged } = input.state.forgotten;
  if (unreported > 0)
    add(
      'error',
      'usage-forgotten',
      `The state reached its limit of ${limitMib} MiB: ${unreported} usage values were forgotten that were never reported`,
      'Find out why the collector was not reached for so long; those days count as not observed.',
    );
  else if (acknowledged > 0)
    add(
      'warning',
      'state-limit',
      `The state reached its limit of ${limitMib} MiB: ${acknowledged} usage values were forgotten that the collector has`,
      'Nothing is lost unless the collector loses its data and asks for them again.',
    );
  if (input.notAdmitted)
    add(
      'error',
      'not-admitted',
      `The collector takes nothing of this device: ${input.notAdmitted.code}: ${input.notAdmitted.detail}`,
      adviceFor(input.notAdmitted),
    );
  else if (input.sendFailures >= FAILURES_WORTH_TELLING)
    add(
      'warning',
      'collector-unreachable',
      `${input.sendFailures} tries in a row failed: ${input.lastFailure}`,
      'Check the collector address and the way to it; nothing is lost meanwhile.',
    );
  if (input.refusedReports > 0)
    add(
      'warning',
      'reports-refused',
      `${input.refusedReports} reports were refused for good`,
      'See the log for the reasons; a full inventory was sent after each.',
    );
  if (input.quarantined > 0)
    add(
      'warning',
      'records-quarantined',
      `The collector put ${input.quarantined} records aside`,
      'See the log for the reasons.',
    );
  // A repeated one is an answer that was lost.
  const ignored = Object.entries(input.noticesIgnored).filter(([why]) => why !== 'repeated');
  if (ignored.length > 0)
    add(
      'warning',
      'notices-ignored',
      `Notices of a move were not obeyed: ${ignored.map(([why, count]) => `${count} ${why}`).join(', ')}`,
      'If the collector did move, give this computer a new join string; otherwise somebody between made them up.',
    );
  if (input.missedSamples > 0)
    add(
      'warning',
      'samples-missed',
      `${input.missedSamples} looks at the process table failed, or did not show every process`,
      'That time counts as not observed.',
    );
  if (input.unreadableProcesses > 0 && !input.privileged)
    add(
      'warning',
      'processes-hidden',
      `${input.unreadableProcesses} processes do not show what they run`,
      'Run the agent as root to meter them.',
    );
  if (input.droppedValues > 0)
    add(
      'warning',
      'usage-dropped',
      `${input.droppedValues} usage values were dropped`,
      'Their programs could not be identified, or there were too many.',
    );
  if (input.clockAheadSeconds !== 0) {
    const side = input.clockAheadSeconds > 0 ? 'ahead of' : 'behind';
    add(
      'warning',
      'clock-wrong',
      `The clock of this computer is ${Math.abs(input.clockAheadSeconds)} s ${side} the collector's`,
      'Usage is named by the clock of the collector meanwhile. Set the clock, or see why time is not synchronised.',
    );
  }
  for (const { setting, value, why } of input.settings.refused)
    add(
      'warning',
      'setting-refused',
      `The collector set ${setting} to ${JSON.stringify(value).slice(0, 80)}, which ${why}`,
      'It stays as it was before; put it right with fleetmeter-collector apply.',
    );
  if (input.settings.ceiling.fault)
    add(
      'error',
      'ceiling-unreadable',
      `The ceiling cannot be used: ${input.settings.ceiling.fault}`,
      'What it said before goes on; the agent will not start again before it is put right.',
    );
  const beyond = input.skipped.find(({ reason }) => reason === 'home-limit');
  if (beyond)
    add(
      'warning',
      'home-limit',
      `${beyond.count} programs in homes are not listed, since there are too many`,
      'Raise the setting mostHomePrograms, or exclude folders.',
    );
  disclosureProblems(input, add);
  const limit = input.skipped.find(({ reason }) => reason === 'watch-limit');
  if (limit)
    add(
      'warning',
      'watch-limit',
      `${limit.count} folders are not watched`,
      'Raise fs.inotify.max_user_watches; until then changes there are found by the full pass.',
    );
  problems.push(...budgetProblems(input.overspent));
  return problems;
}

function disclosureProblems(
  { disclosure }: ProblemInput,
  add: (severity: Problem['severity'], code: string, title: string, advice: string) => void,
): void {
  if (!disclosure) return;
  const { fault, closedAt, usersWithoutFile, ledgerFault } = disclosure;
  if (ledgerFault)
    add(
      'error',
      'sent-not-noted',
      `What was sent last is not noted: ${ledgerFault}`,
      'Look at free space and rights of the state folder; it is noted as soon as that is possible.',
    );
  if (fault)
    add(
      'warning',
      'disclosure-not-shown',
      `Users of this device cannot be shown what was sent: ${fault}`,
      'Put the state folder where only root, or the user the agent runs as, can write.',
    );
  if (closedAt)
    add(
      'warning',
      'disclosure-closed',
      `Users may not enter ${closedAt}, so fleetmeter-agent disclosed shows them nothing`,
      'Let others enter that folder (chmod o+x); what is private in the state folder stays so by its own mode.',
    );
  if (usersWithoutFile > 0)
    add(
      'warning',
      'disclosure-of-users',
      `${usersWithoutFile} users cannot be shown their own use`,
      'Run the agent as root, which may give each user a file of his own; at most 200 users have one.',
    );
}
