/** The long setting of a test: the stated counts, which take an hour or more, so that each says how far it is. */
export const FULL = process.env.FLEETMETER_TEST_FULL === '1';

/** How many of them are done and were found right. Nothing in the short setting, which is over soon. */
export function sayProgress(what: string, done: number, all: number): void {
  if (FULL) console.log(`${what}: ${done} of ${all}`);
}
