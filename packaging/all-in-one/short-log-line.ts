/** The terminal's view of a program's JSON log: warnings and errors in one short line each, the rest stays in the file. */
export interface ShortLogLine {
  severity: 'warning' | 'error';
  text: string;
}

const WARNING = 40;
const ERROR = 50;
const LEVEL_NAMES: Readonly<Record<string, number>> = {
  warn: WARNING,
  warning: WARNING,
  error: 50,
  fatal: 60,
};
const LONGEST = 240;

/** Undefined for lines that only the log file needs. A line that is no JSON is an error's own words. */
export function shortLogLine(line: string, stream: 'stdout' | 'stderr'): ShortLogLine | undefined {
  const record = parse(line);
  if (!record) {
    // A stack trace reaches the terminal as its first line; the frames are in the log file.
    const words = stream === 'stderr' && line.trim() !== '' && !/^\s/.test(line);
    return words ? { severity: 'error', text: cut(line.trim()) } : undefined;
  }
  const level = typeof record.level === 'string' ? LEVEL_NAMES[record.level.toLowerCase()] : record.level;
  if (typeof level !== 'number' || level < WARNING) return undefined;
  return { severity: level >= ERROR ? 'error' : 'warning', text: cut(messageOf(record)) };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function messageOf(record: Record<string, unknown>): string {
  const error = (record.err ?? record.error) as { message?: unknown } | undefined;
  const cause = typeof error === 'string' ? error : error?.message;
  const words = [record.msg ?? record.message, cause].filter(
    (part): part is string => typeof part === 'string' && part !== '',
  );
  return [...new Set(words)].join(': ') || 'a warning without words';
}

function cut(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Lets a line through once per window, so that a failing program does not flood the terminal. */
export class RepeatFilter {
  readonly #windowMs: number;
  readonly #shownAt = new Map<string, number>();

  constructor(windowMs = 30_000) {
    this.#windowMs = windowMs;
  }

  isNew(text: string, nowMs: number): boolean {
    // Numbers (delays, process ids) do not make a repeated line a new one.
    const key = text.replace(/\d+/g, '#');
    const shown = this.#shownAt.get(key);
    if (shown !== undefined && nowMs - shown < this.#windowMs) return false;
    if (this.#shownAt.size > 500) this.#shownAt.clear();
    this.#shownAt.set(key, nowMs);
    return true;
  }
}
