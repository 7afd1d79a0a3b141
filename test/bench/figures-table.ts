import type { Figures } from './bench.ts';

/** One line a figure: name, value, unit, target, and whether it holds. */
export function figuresTable(figures: Figures): string {
  const rows = Object.entries(figures).map(([name, { value, unit, target, holds }]) => [
    name,
    readable(value),
    unit,
    target === null ? '' : `<= ${readable(target)}`,
    holds === null ? (target === null ? '' : 'scaled') : holds ? 'holds' : 'MISSED',
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Four digits that matter. */
function readable(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en');
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 6) });
}
