/** The lines of a plan, in sections, each with its calculation. */
import type { ConstantName, ConstantValues } from './constants.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { constant, named, type Quantity } from './quantity.ts';

export interface PlanLine {
  section: string;
  /** Unique; later lines refer to it by this name. */
  name: string;
  value: number;
  unit: string;
  /** The calculation with names and with numbers. */
  names: string;
  numbers: string;
  /** `atom`: there is nothing to calculate. */
  binds: Quantity['binds'];
  constants: readonly ConstantName[];
}

export class PlanSheet {
  readonly inputs: PlanInputs;
  readonly lines: PlanLine[] = [];
  readonly #values: ConstantValues;
  #section = '';

  constructor(inputs: PlanInputs, values: ConstantValues) {
    this.inputs = inputs;
    this.#values = values;
  }

  section(title: string): void {
    this.#section = title;
  }

  /** Something that was asked for, under the name of its flag. */
  input(name: keyof PlanInputs): Quantity {
    return named(name, this.inputs[name]);
  }

  constant(name: ConstantName): Quantity {
    return constant(name, this.#values);
  }

  /** Writes a line down and returns its figure, to be used by name from then on. */
  line(name: string, unit: string, quantity: Quantity): Quantity {
    if (this.lines.some((line) => line.name === name)) throw new Error(`two lines are called ${name}`);
    this.lines.push({ ...quantity, section: this.#section, name, unit });
    return named(`[${name}]`, quantity.value);
  }
}
