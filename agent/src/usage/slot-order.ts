/**
 * Whether the marks of a row of use are told in the true order of the day or in the device's own.
 *
 * A mark told in one order must never be taken for one of the other, so what is listed when a day is first metered counts for
 * all of that day: another list of the collector counts from the next UTC day on. What the device itself refuses counts at once:
 * the meter begins another run then (see metering-switch.ts), and a run's rows have one order.
 */
import { decodeEvidence, type ExecutableId } from '@fleetmeter/proto';
import { isListed, type ListedBy } from './concurrent-licences.ts';

export interface SlotOrderParts {
  /** What was listed when the day was first asked about; `now`: what is listed now. Durable with the rows it is asked for. */
  listedOn: (day: number, now: readonly string[]) => readonly string[];
  /** What is listed now. */
  listed: () => readonly string[];
  /** What the device itself allows; undefined: whatever the collector lists. */
  allowed: () => readonly string[] | undefined;
  evidenceOf: (executableId: ExecutableId) => Uint8Array | undefined;
}

export class SlotOrder {
  readonly #parts: SlotOrderParts;

  constructor(parts: SlotOrderParts) {
    this.#parts = parts;
  }

  isTrue({ day, executableId }: { day: number; executableId: ExecutableId }): boolean {
    const { listedOn, listed } = this.#parts;
    const then = listedOn(day, listed());
    // Nearly always nothing is listed, and no evidence has to be read.
    if (then.length === 0) return false;
    const program = this.#program(executableId);
    return program !== undefined && isListed(program, then) && this.#isAllowed(program);
  }

  /** Whether this device refuses to tell, of this program, what may have been told so far. */
  isRefused(executableId: ExecutableId): boolean {
    const program = this.#program(executableId);
    return program === undefined || !this.#isAllowed(program);
  }

  #isAllowed(program: ListedBy): boolean {
    const allowed = this.#parts.allowed();
    return allowed === undefined || isListed(program, allowed);
  }

  #program(executableId: ExecutableId): ListedBy | undefined {
    const evidence = this.#parts.evidenceOf(executableId);
    return evidence && decodeEvidence(evidence);
  }
}
