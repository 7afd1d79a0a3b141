/** The plan as text for people, and as JSON for programs. */
import { constantsUsed, figure } from './capacity-plan.ts';
import { CONSTANTS, type ConstantName } from './constants.ts';
import { FROM_CODE, type KnownConstants } from './known-constants.ts';
import { PLAN_INPUTS, type PlanInputName, type PlanInputs } from './plan-inputs.ts';
import type { PlanLine } from './plan-sheet.ts';
import { readable } from './quantity.ts';

export interface WholePlan {
  inputs: PlanInputs;
  lines: readonly PlanLine[];
  constants: KnownConstants;
  /** What to know before relying on it. */
  notes: readonly string[];
}

export function planText({ inputs, lines, constants, notes }: WholePlan): string {
  const width = Math.max(...lines.map(({ name }) => name.length));
  const text = ['Asked for', ...inputLines(inputs)];
  let section = '';
  for (const line of lines) {
    if (line.section !== section) text.push('', line.section);
    section = line.section;
    text.push(`  ${line.name.padEnd(width)}  ${readable(line.value).padStart(11)} ${line.unit}`);
    // A constant alone says its number already.
    if (line.binds !== 'atom') text.push(`      = ${line.numbers}`);
    text.push(`      = ${line.names}`);
  }
  text.push('', ...constantLines(constantsUsed(lines), constants));
  text.push('', 'In short', ...inShort(lines).map((each) => `  ${each}`));
  if (notes.length > 0) text.push('', 'To know', ...notes.map((each) => `  ${each}`));
  return `${text.join('\n')}\n`;
}

export function planJson({ inputs, lines, constants, notes }: WholePlan): string {
  const used = constantsUsed(lines).map((name) => [
    name,
    {
      value: constants.values[name],
      unit: CONSTANTS[name].unit,
      meaning: CONSTANTS[name].meaning,
      from: CONSTANTS[name].from,
      source: constants.sources[name],
    },
  ]);
  return `${JSON.stringify({ inputs, lines, constants: Object.fromEntries(used), notes }, null, 2)}\n`;
}

/** The figures that decide. */
function inShort(lines: readonly PlanLine[]): string[] {
  const of = (name: string) => readable(figure(lines, name));
  return [
    `${of('requests, mean')} requests a second keep ${of('cores busy, with full handshakes')} cores busy with full TLS handshakes, ${of('cores busy, without TLS')} without TLS: ${of('machines, with full handshakes')} and ${of('machines, without TLS')} machines`,
    `the first inventory of everything takes ${of('all inventories, with full handshakes')} minutes of one machine with full TLS handshakes, ${of('all inventories, without TLS')} without; a row for each device and executable takes ${of('naive design: a row for each device and executable')} hours`,
    `a new catalogue is in force everywhere after ${of('re-map, time at the allowed load')} minutes`,
    `all tables take ${of('all tables, after that time')} GiB, both processes ${of('both processes')} MiB of memory`,
  ];
}

function inputLines(inputs: PlanInputs): string[] {
  const names = Object.keys(PLAN_INPUTS) as PlanInputName[];
  const width = Math.max(...names.map((name) => name.length));
  return names.map(
    (name) => `  ${name.padEnd(width)}  ${readable(inputs[name]).padStart(14)}  ${PLAN_INPUTS[name].meaning}`,
  );
}

/** Most come from one place, which is said once. */
function constantLines(names: readonly ConstantName[], { values, sources }: KnownConstants): string[] {
  const width = Math.max(...names.map((name) => name.length));
  const usual = names.map((name) => sources[name]).find((source) => source !== FROM_CODE) ?? FROM_CODE;
  const lines = names.map((name) => {
    const { unit, meaning, from } = CONSTANTS[name];
    const source = sources[name] === usual ? '' : `${sources[name]}; `;
    return `  ${name.padEnd(width)}  ${readable(values[name]).padStart(13)} ${unit}: ${meaning} (${source}${from})`;
  });
  return [`Constants (${usual}, unless another source is named)`, ...lines];
}
