/**
 * A refusal or failure as ClickHouse's clients understand it: a numeric code with a name, and the HTTP
 * status it travels under. `reason` groups refusals in the statistics.
 */
export class EngineError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: number, codeName: string, status: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
    this.codeName = codeName;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The body a ClickHouse server would send; official clients parse exactly this shape. */
  get text(): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.codeName})`;
  }
}

/** The statement may not be run by this user, whatever the data. */
export const denied = (message: string) => new EngineError(497, 'ACCESS_DENIED', 403, message);
/** A setting this user may not choose. */
export const settingDenied = (message: string) => new EngineError(164, 'READONLY', 403, message);
export const wrongCredentials = (message: string) =>
  new EngineError(516, 'AUTHENTICATION_FAILED', 403, message);
export const badRequest = (message: string) => new EngineError(36, 'BAD_ARGUMENTS', 400, message);
export const tooLarge = (message: string) => new EngineError(307, 'TOO_MANY_BYTES', 413, message);
export const resultTooLarge = (message: string) =>
  new EngineError(396, 'TOO_MANY_ROWS_OR_BYTES', 500, message);
export const noMemoryLeft = () =>
  new EngineError(
    173,
    'CANNOT_ALLOCATE_MEMORY',
    500,
    'The engine process has no memory left for this statement; ask for less, or later.',
  );
export const tooManyQueries = (message: string, retryAfterSeconds: number) =>
  new EngineError(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 503, message, retryAfterSeconds);
/** What this reader, or anybody, may not ask for a while; see read/lock-outs.ts. */
export const lockedOut = (message: string, retryAfterSeconds: number) =>
  new EngineError(201, 'QUOTA_EXCEEDED', 429, message, retryAfterSeconds);
export const shuttingDown = () =>
  new EngineError(236, 'ABORTED', 503, 'The engine is shutting down; ask again in a few seconds.', 5);

/** The process as a whole has no memory left, not even for a thread: CANNOT_ALLOCATE_MEMORY, CANNOT_SCHEDULE_TASK. */
export function isExhaustion(error: unknown): boolean {
  return error instanceof EngineError && (error.code === 173 || error.code === 439);
}

const statusOf = new Map<number, number>([
  [60, 404], // UNKNOWN_TABLE
  [81, 404], // UNKNOWN_DATABASE
  [47, 404], // UNKNOWN_IDENTIFIER
  [46, 404], // UNKNOWN_FUNCTION
  [62, 400], // SYNTAX_ERROR
  [456, 400], // UNKNOWN_QUERY_PARAMETER
  [457, 400], // BAD_QUERY_PARAMETER
  [115, 404], // UNKNOWN_SETTING
  [159, 408], // TIMEOUT_EXCEEDED
  [241, 500], // MEMORY_LIMIT_EXCEEDED
  [243, 507], // NOT_ENOUGH_SPACE
]);

const engineMessage = /^Code: (\d+)\. DB::\w*Exception: ([\s\S]*?)\s*$/;
const trailingName = /\s*\(([A-Z][A-Z0-9_]+)\)(?:\s*\(version [^)]*\))?\s*$/;
const nestedPrefix = /^(?:Code: \d+\. DB::\w*Exception: )+/;

/** Turn whatever the embedded engine threw into an EngineError with the engine's own code. */
export function fromEngine(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const parts = engineMessage.exec(text);
  if (/std::bad_alloc/.test(text)) return noMemoryLeft();
  if (parts?.[1] === undefined || parts[2] === undefined) {
    return new EngineError(1001, 'STD_EXCEPTION', 500, text);
  }
  const code = Number(parts[1]);
  // What the engine says about the gate's own question is no help to whoever sent the statement.
  let message = parts[2].replace(/: In scope SELECT formatQuerySingleLine\(unhex\('[0-9a-f]*'\)\)/, '');
  let codeName = 'UNKNOWN_EXCEPTION';
  for (let name = trailingName.exec(message); name?.[1] !== undefined; name = trailingName.exec(message)) {
    codeName = name[1];
    message = message.slice(0, name.index);
  }
  return new EngineError(code, codeName, statusOf.get(code) ?? 500, message.replace(nestedPrefix, ''));
}
