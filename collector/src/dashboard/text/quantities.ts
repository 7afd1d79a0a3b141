/** Numbers, durations, sizes and times as people say them. Pure. */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export function counted(value: number): string {
  return WHOLE.format(value);
}

/** `counted` with its noun. */
export function of(value: number, one: string, many = `${one}s`): string {
  return `${counted(value)} ${value === 1 ? one : many}`;
}

/** Two units at most: "45 s", "12 min", "3 h 12 min", "1,520 h". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 100) return `${counted(hours)} h`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** How long ago; both in milliseconds since 1970. */
export function ago(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 4) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${of(Math.floor(seconds / 86_400), 'day')} ago`;
}

/** "93 %" of 0 to 1, rounded down: 0.799 is not 80 %. */
export function share(value: number | null): string {
  return value === null ? '–' : `${Math.floor(value * 100 + 1e-9)} %`;
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${(size < 10 && unit > 0 ? ONE_DIGIT : WHOLE).format(size)} ${UNITS[unit]}`;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const MILLISECONDS_A_DAY = 86_400_000;

/** A UTC day, YYYY-MM-DD, as seen from the UTC day `today`. */
export function dayInWords(day: string, today: string): string {
  const distance = (Date.parse(today) - Date.parse(day)) / MILLISECONDS_A_DAY;
  if (distance === 0) return 'today';
  if (distance === 1) return 'yesterday';
  return DAY.format(Date.parse(day));
}
