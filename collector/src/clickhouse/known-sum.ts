/** SQL of sums of which some parts are not known. Pure. */

export interface PartlyKnown {
  /** Column of what is summed; negative where it is not known. */
  known: string;
  /** Column of what it is a part of: as much of it may be unknown. */
  within: string;
  /** From so much on the sum means something; less means that it was not. */
  enough: number;
  /** The sum is told up to here. */
  most: number;
}

/**
 * The sum of what is known, and -1 when that is nothing, or too little while the rest, of which nothing is known, may hold enough: one
 * user's screen says nothing of what another did at a screen that cannot tell.
 */
export function knownSum({ known, within, enough, most }: PartlyKnown): string {
  const sum = `sumIf(${known}, ${known} > 0)`;
  const mayBeEnough = `(${sum} < ${enough} AND ${sum} + sumIf(${within}, ${known} < 0) >= ${enough})`;
  return `if(max(${known}) < 0 OR ${mayBeEnough}, -1, least(${sum}, ${most}))`;
}
