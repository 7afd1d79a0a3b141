/** Waits for what the running collector does for a command, and shows how far it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationDesk } from '../control/operation-desk.ts';
import type { Operation } from '../control/operations.ts';
import type { CommandOutput } from '../enrol/command-line.ts';

const LOOK_EVERY_MS = 200;

export interface Following {
  /** What is said while it is open, once for each different text. */
  inWords: (operation: Operation) => string;
  /** Nobody reads words. */
  quiet: boolean;
}

/** The operation once it is over. */
export async function follow(
  desk: OperationDesk,
  number: number,
  output: CommandOutput,
  { inWords, quiet }: Following,
): Promise<Operation> {
  let told = '';
  for (;;) {
    const operation = desk.operations.get(number);
    if (!operation) throw new Error(`operation ${number} is gone`);
    if (operation.finishedAt !== undefined) return operation;
    const text = inWords(operation);
    if (!quiet && text !== told) output.say(text);
    told = text;
    await sleep(LOOK_EVERY_MS);
  }
}
