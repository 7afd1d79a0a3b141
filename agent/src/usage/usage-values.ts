/** The values that metering produces and the store keeps. */
import type { ExecutableId } from '@fleetmeter/proto';

/** What started a program. */
export type Origin = 'user' | 'autostart' | 'service' | 'scheduler' | 'unknown';
export const ORIGINS: readonly Origin[] = ['user', 'autostart', 'service', 'scheduler', 'unknown'];
export type LaunchCounts = Record<Origin, number>;

/** What a row's values belong to. */
export interface UsageKey {
  /** Days since 1970-01-01 UTC. */
  day: number;
  /** 16 hex digits. */
  run: string;
  executableId: ExecutableId;
  /** Keyed hash of the user, 16 hex digits. */
  user: string;
}

/** How much of a row's seconds somebody could look at it. */
export interface RowAttention {
  /** In front; undefined: it never was, as far as is known. What nobody ever has in front has no such time, which is not zero. */
  frontSeconds: number | undefined;
  /** Of which it is not known whether it was. */
  frontUnknownSeconds: number;
  /** With all sessions of its user locked; undefined: not known of too many of them. */
  lockedSeconds: number | undefined;
}

/** Cumulative values of one key. */
export interface UsageRow extends UsageKey {
  seconds: number;
  /** Undefined: nothing is known of it. */
  attention?: RowAttention | undefined;
  launches: LaunchCounts;
  /** Five-minute marks in true order, see slots.ts. */
  slots: Uint8Array;
}

/** What of a day was observed, and what of it counts as time in which the computer could have been used. */
export interface CoverageRow {
  /** Days since 1970-01-01 UTC. */
  day: number;
  /** 16 hex digits. */
  run: string;
  /** Observed. */
  seconds: number;
  /** On and awake, and not observed. */
  unobservedSeconds: number;
  /** Of those observed, with a person at the computer; undefined when that cannot be told here, or nothing is new of it. */
  interactiveSeconds: number | undefined;
}

/** A process that was alive at the last flush. */
export interface LiveProcess {
  /** Pid and kernel start: the same text is the same process, within one boot. */
  process: string;
  /** Names the file it runs, see sample/process-list.ts. */
  program: string;
  executableId: ExecutableId | undefined;
  user: string;
  /** Its launch, while that has not been counted. */
  origin: Origin | undefined;
  /** Monotonic milliseconds up to which its time is in the rows. */
  countedUntilMs: number;
}

/** Where metering stood at the last flush. */
export interface MeterMark {
  bootId: string;
  monotonicMs: number;
  bootMs: number;
  /** False: metering was off, so what runs does not go on from there. How long the computer was on does. */
  isResumable: boolean;
}
