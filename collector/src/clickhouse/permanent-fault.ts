/**
 * Whether the same records would fail every time: data that the engine refuses, or a fault of our own code that they
 * bring out; not a busy server, a lost connection or a machine without memory.
 */
import { ClickHouseError } from '@clickhouse/client';

/**
 * ClickHouse's ErrorCodes.cpp: CANNOT_PARSE_*, INCORRECT_DATA, TYPE_MISMATCH, ARGUMENT_OUT_OF_BOUND,
 * CANNOT_READ_ALL_DATA, TOO_LARGE_STRING_SIZE, VIOLATED_CONSTRAINT.
 */
const PERMANENT_CODES: ReadonlySet<string> = new Set([
  '6',
  '27',
  '33',
  '53',
  '69',
  '72',
  '117',
  '131',
  '469',
]);

/** Undefined for what may succeed later. */
export function permanentFault(error: unknown): 'engine-refused' | 'collector-fault' | undefined {
  if (error instanceof ClickHouseError) return PERMANENT_CODES.has(error.code) ? 'engine-refused' : undefined;
  const isOurs = error instanceof RangeError || error instanceof TypeError;
  return isOurs && !isOfTheSystem(error) ? 'collector-fault' : undefined;
}

/** Node and V8 throw these types also for connections, files and memory. */
function isOfTheSystem(error: Error): boolean {
  const causes = [error, error.cause].filter((each) => each instanceof Error);
  return causes.some(
    (each) => 'syscall' in each || 'errno' in each || /allocation failed/i.test(each.message),
  );
}
