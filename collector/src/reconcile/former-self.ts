/**
 * Whether a newcomer with the hardware of a known device is that device set up anew. Pure. Two that both report are two
 * computers, whatever their firmware says, so it takes silence, and a report of the other takes it back.
 */

export interface FormerSelf {
  /** When the newcomer joined; milliseconds since 1970, like all of these. */
  joinedAt: number;
  /** Newest report of each; undefined while none is processed. */
  newcomerSeenAt: number | undefined;
  formerSeenAt: number | undefined;
  /** Everything that was received until then is processed. */
  processedUntil: number;
  /** How long the former must have been silent after the newcomer joined. */
  silenceMs: number;
}

export function judgeFormerSelf(pair: FormerSelf): 'superseded' | 'both-alive' | 'wait' {
  const { joinedAt, newcomerSeenAt, formerSeenAt, processedUntil, silenceMs } = pair;
  if (newcomerSeenAt === undefined || formerSeenAt === undefined) return 'wait';
  if (formerSeenAt > joinedAt) return 'both-alive';
  return processedUntil >= joinedAt + silenceMs ? 'superseded' : 'wait';
}
