/**
 * Numbers that remember how they were made, so that a plan can print each of its figures as a calculation that
 * anybody can follow: once with names, once with numbers.
 */
import { CONSTANTS, type ConstantName } from './constants.ts';

export interface Quantity {
  value: number;
  /** The calculation with names: `devices × reports / 86,400`. */
  names: string;
  /** The same with numbers: `1,000,000 × 24 / 86,400`. */
  numbers: string;
  /** Constants that are in it. */
  constants: readonly ConstantName[];
  /** How tightly its last operation binds; a weaker one needs brackets inside a tighter. */
  binds: 'sum' | 'product' | 'atom';
}

/** A number that explains itself, like 86,400 seconds a day. */
export function number(value: number): Quantity {
  return { value, names: readable(value), numbers: readable(value), constants: [], binds: 'atom' };
}

/** Something that was given, or calculated on another line. */
export function named(name: string, value: number): Quantity {
  return { value, names: name, numbers: readable(value), constants: [], binds: 'atom' };
}

export function constant(name: ConstantName, values: Readonly<Record<ConstantName, number>>): Quantity {
  if (!Object.hasOwn(CONSTANTS, name)) throw new Error(`${name} is no constant of the plan`);
  return { ...named(name, values[name]), constants: [name] };
}

export function plus(...parts: Quantity[]): Quantity {
  return joined(parts, ' + ', 'sum', (values) => values.reduce((sum, value) => sum + value, 0));
}

export function minus(whole: Quantity, part: Quantity): Quantity {
  const bracketed = part.binds === 'sum' ? called('', part, part.value) : part;
  return joined([whole, bracketed], ' − ', 'sum', ([a = 0, b = 0]) => a - b);
}

export function times(...factors: Quantity[]): Quantity {
  return joined(factors.map(tight), ' × ', 'product', (values) =>
    values.reduce((all, value) => all * value, 1),
  );
}

export function over(part: Quantity, whole: Quantity): Quantity {
  const divisor = whole.binds === 'atom' ? whole : called('', whole, whole.value);
  return joined([tight(part), divisor], ' / ', 'product', ([a = 0, b = 0]) => a / b);
}

export function least(...of: Quantity[]): Quantity {
  return calledWith('least', of, Math.min(...of.map(({ value }) => value)));
}

export function most(...of: Quantity[]): Quantity {
  return calledWith('most', of, Math.max(...of.map(({ value }) => value)));
}

export function root(of: Quantity): Quantity {
  return called('√', of, Math.sqrt(of.value));
}

export function log10(of: Quantity): Quantity {
  return called('log10', of, Math.log10(of.value));
}

/** e to the power of minus `of`. */
export function decay(of: Quantity): Quantity {
  return called('e^−', of, Math.exp(-of.value));
}

export function roundedUp(of: Quantity): Quantity {
  return called('rounded up ', of, Math.ceil(of.value));
}

/** The next power of two. */
export function powerOfTwo(of: Quantity): Quantity {
  return called('next power of 2 of ', of, 2 ** Math.ceil(Math.log2(of.value)));
}

/** Four digits that matter. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en');
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 12) });
}

function tight(of: Quantity): Quantity {
  return of.binds === 'sum' ? called('', of, of.value) : of;
}

function called(name: string, of: Quantity, value: number): Quantity {
  return calledWith(name, [of], value);
}

function calledWith(name: string, of: readonly Quantity[], value: number): Quantity {
  const inside = (text: 'names' | 'numbers') => `${name}(${of.map((each) => each[text]).join(', ')})`;
  return {
    value,
    names: inside('names'),
    numbers: inside('numbers'),
    constants: constantsOf(of),
    binds: 'atom',
  };
}

function joined(
  parts: readonly Quantity[],
  sign: string,
  binds: Quantity['binds'],
  calculate: (values: readonly number[]) => number,
): Quantity {
  return {
    value: calculate(parts.map(({ value }) => value)),
    names: parts.map(({ names }) => names).join(sign),
    numbers: parts.map(({ numbers }) => numbers).join(sign),
    constants: constantsOf(parts),
    binds,
  };
}

function constantsOf(parts: readonly Quantity[]): ConstantName[] {
  return [...new Set(parts.flatMap(({ constants }) => constants))];
}
