/** What the agent may cost the device before a person is told. Pure. */
import type { AgentConfig } from '../config/schema.ts';
import type { Problem } from './problem.ts';

/** undefined: as much as there is. */
export interface CostBudget {
  /** Of one core, mean since the start. */
  cpuPercent: number | undefined;
  /** Resident memory at any time since the start. */
  peakMebibytes: number | undefined;
  /** Mean since the start; the first day is one whole, since the first inventory goes out in it. */
  sentMebibytesPerDay: number | undefined;
}

/** The settings of the device; 0 sets no bound. */
export function costBudget(
  config: Pick<AgentConfig, 'budgetCpuPercent' | 'budgetPeakMebibytes' | 'budgetSentMebibytesPerDay'>,
): CostBudget {
  return {
    cpuPercent: config.budgetCpuPercent || undefined,
    peakMebibytes: config.budgetPeakMebibytes || undefined,
    sentMebibytesPerDay: config.budgetSentMebibytesPerDay || undefined,
  };
}

export interface CostSoFar {
  uptimeSeconds: number;
  cpuMilliseconds: number;
  peakKib: number;
  sentKib: number;
}

export interface Overspent {
  what: 'cpu' | 'memory' | 'sent';
  title: string;
}

/** CPU before that is that of starting, which no pace can spread. */
const SHORTEST_JUDGED_SECONDS = 600;
const DAY_SECONDS = 86_400;
const KIB_PER_MIB = 1024;

export function overspent(cost: CostSoFar, budget: CostBudget): Overspent[] {
  const { uptimeSeconds, cpuMilliseconds, peakKib, sentKib } = cost;
  const over: Overspent[] = [];
  const cpuPercent = cpuMilliseconds / 10 / Math.max(1, uptimeSeconds);
  if (
    uptimeSeconds >= SHORTEST_JUDGED_SECONDS &&
    cpuPercent > (budget.cpuPercent ?? Number.POSITIVE_INFINITY)
  )
    over.push({
      what: 'cpu',
      title: `The agent took ${cpuPercent.toFixed(1)} % of a core since it started, more than its budget of ${budget.cpuPercent} %`,
    });
  const peakMebibytes = peakKib / KIB_PER_MIB;
  if (peakMebibytes > (budget.peakMebibytes ?? Number.POSITIVE_INFINITY))
    over.push({
      what: 'memory',
      title: `The agent held ${Math.round(peakMebibytes)} MiB of memory, more than its budget of ${budget.peakMebibytes} MiB`,
    });
  const perDay = sentKib / KIB_PER_MIB / Math.max(1, uptimeSeconds / DAY_SECONDS);
  if (perDay > (budget.sentMebibytesPerDay ?? Number.POSITIVE_INFINITY))
    over.push({
      what: 'sent',
      title: `The agent sent ${perDay.toFixed(1)} MiB a day, more than its budget of ${budget.sentMebibytesPerDay} MiB`,
    });
  return over;
}

const ADVICE: Readonly<Record<Overspent['what'], string>> = {
  cpu: 'See what changes so often below the roots; exclude such folders, or set hashCpuPercent or sampleIntervalSeconds.',
  memory: 'See how many folders are watched and how many files wait; exclude folders that hold no programs.',
  sent: 'See what changes so often below the roots, or set reportIntervalSeconds.',
};

export function budgetProblems(over: readonly Overspent[]): Problem[] {
  return over.map(({ what, title }) => ({
    code: `budget-${what}`,
    title,
    severity: 'warning',
    advice: ADVICE[what],
  }));
}
