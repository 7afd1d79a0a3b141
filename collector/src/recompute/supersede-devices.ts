/**
 * Decides about devices that look like one computer, once it shows which of them still reports. What is decided is in
 * the control store; a round that breaks off is done again by the next.
 */
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { lastSeen, processedUntil, returnedDevices } from '../clickhouse/device-sightings.ts';
import type { KnownDevices } from '../control/contract/known-devices.ts';
import { judgeFormerSelf } from '../reconcile/former-self.ts';

export type SupersedingOutcome = 'superseded' | 'both-alive' | 'returned';

export interface Superseding {
  clickhouse: ClickHouse;
  control: Pick<KnownDevices, 'lives'>;
  log: Logger;
  now: () => number;
  /** How long a device must have been silent after another with its hardware joined. */
  supersedeAfterMs: number;
  onSuperseding: (outcome: SupersedingOutcome) => void;
}

/** Twins judged in a round; those that wait longest come first. */
const JUDGED_AT_ONCE = 5_000;
/** Of two of which one never reports nothing can be said, and they must not keep others from their turn. */
const LONGEST_WAIT_MS = 30 * 86_400_000;

/** True when anything was decided: devices have to be derived again. */
export async function supersedeDevices(options: Superseding): Promise<boolean> {
  const returned = await takeBackReturned(options);
  return (await judgeWaiting(options)) || returned;
}

async function takeBackReturned({
  clickhouse,
  control,
  log,
  now,
  onSuperseding,
}: Superseding): Promise<boolean> {
  const returned = await returnedDevices(clickhouse, JUDGED_AT_ONCE);
  let taken = false;
  for (const device of returned) {
    // What an administrator took back a moment ago shows here for one more round.
    if (!control.lives.takeBack(device, 'both-alive', now())) continue;
    log.warn({ device }, 'a superseded device reports again: it is a device of its own');
    onSuperseding('returned');
    taken = true;
  }
  return taken;
}

async function judgeWaiting(options: Superseding): Promise<boolean> {
  const { clickhouse, control, log, now, supersedeAfterMs, onSuperseding } = options;
  const { lives } = control;
  const twins = lives.twins.waiting(now(), JUDGED_AT_ONCE);
  if (twins.length === 0) return false;
  const until = await processedUntil(clickhouse);
  const seen = await lastSeen(clickhouse, [
    ...new Set(twins.flatMap(({ newcomer, former }) => [newcomer, former])),
  ]);
  let decided = false;
  for (const pair of twins) {
    const { newcomer, former, joinedAt } = pair;
    if (!lives.twins.stillSame(pair) || now() - pair.at > LONGEST_WAIT_MS) {
      lives.twins.forget(pair);
      continue;
    }
    const verdict = judgeFormerSelf({
      joinedAt,
      newcomerSeenAt: seen.get(newcomer),
      formerSeenAt: seen.get(former),
      processedUntil: until,
      silenceMs: supersedeAfterMs,
    });
    if (verdict === 'wait') continue;
    if (verdict === 'both-alive') {
      lives.twins.decide(newcomer, former, 'both-alive', now());
      log.warn(
        { newcomer, former },
        'two devices with one hardware identity both report: a copy, or firmware that lies',
      );
    } else {
      lives.supersede(former, newcomer, now());
      log.info(
        { newcomer, former },
        'a device has taken the place of its former self; device undo-supersede takes it back',
      );
      decided = true;
    }
    onSuperseding(verdict);
  }
  return decided;
}
