/**
 * Whether the same records would fail every time: data that the engine refuses, or a fault of our own code that they
 * bring out; not a busy server or a lost connection.
 */
import { ClickHouseError } from '@clickhouse/client';

/**
 * ClickHouse's ErrorCodes.cpp: CANNOT_PARSE_*, INCORRECT_DATA, TYPE_MISMATCH, ARGUMENT_OUT_OF_BOUND,
 * CANNOT_READ_ALL_DATA, TOO_LARGE_STRING_SIZE.
 */
const PERMANENT_CODES: ReadonlySet<string> = new Set(['6', '27', '33', '53', '69', '72', '117', '131']);

export function refusedForGood(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof TypeError) return true;
  return error instanceof ClickHouseError && PERMANENT_CODES.has(error.code);
}
