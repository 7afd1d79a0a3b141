/** The whole plan: inputs and constants in, lines out. Pure, so that anybody can calculate it again. */
import { planAudit } from './audit-plan.ts';
import type { ConstantName, ConstantValues } from './constants.ts';
import { planFirstInventory } from './first-inventory-plan.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { type PlanLine, PlanSheet } from './plan-sheet.ts';
import { plus } from './quantity.ts';
import { planRecompute, planRemap } from './recompute-plan.ts';
import { planMachines, planSteadyCpu } from './steady-cpu.ts';
import { planSteadyLoad } from './steady-load.ts';
import { planDisk, planMemory, planOutage } from './storage-plan.ts';

export function capacityPlan(inputs: PlanInputs, values: ConstantValues): PlanLine[] {
  const sheet = new PlanSheet(inputs, values);
  const load = planSteadyLoad(sheet);
  const cpu = planSteadyCpu(sheet, load);
  const recompute = planRecompute(sheet);
  planMachines(sheet, load, cpu, plus(recompute.cores, planAudit(sheet, recompute)));
  planFirstInventory(sheet);
  planRemap(sheet, recompute);
  planOutage(sheet, load, cpu);
  planDisk(sheet, load);
  planMemory(sheet);
  return sheet.lines;
}

/** In the order of their first use. */
export function constantsUsed(lines: readonly PlanLine[]): ConstantName[] {
  return [...new Set(lines.flatMap(({ constants }) => constants))];
}

/** The figure of a line. Throws when there is no such line. */
export function figure(lines: readonly PlanLine[], name: string): number {
  const line = lines.find((each) => each.name === name);
  if (!line) throw new Error(`the plan has no line "${name}"`);
  return line.value;
}
