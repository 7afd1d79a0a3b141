/** Two kinds of work were done together in two phases of different mixtures: what does one of each cost? */

export interface Phase {
  /** How often each kind of work was done. */
  devices: number;
  evidence: number;
  /** What the phase cost altogether. */
  cost: number;
}

/** Cost of one device and of one evidence record. Throws when the phases are the same mixture. */
export function twoCosts(a: Phase, b: Phase): { perDevice: number; perEvidence: number } {
  const determinant = a.devices * b.evidence - b.devices * a.evidence;
  if (determinant === 0) throw new Error('both phases are the same mixture of work');
  return {
    perDevice: (a.cost * b.evidence - b.cost * a.evidence) / determinant,
    perEvidence: (a.devices * b.cost - b.devices * a.cost) / determinant,
  };
}
