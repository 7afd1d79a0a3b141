/**
 * Where the agent learns whether a person is at the computer. Linux has systemd-logind (or elogind, which speaks the same).
 * On macOS and Windows the agent does not ask yet: there it is not known, always.
 */
import type { Clock } from '../clock/clock.ts';
import { LogindSessions } from './logind-sessions.linux.ts';
import { NOT_KNOWN, type Presence } from './session-presence.ts';
import type { Desktop } from './x11/focus.ts';

export interface SessionSource {
  /**
   * The newest answer there is, at once; meant to be called at every sample. Never throws. Asks anew in the background when the
   * answer has got old, so nothing wakes the computer but the caller. The first answer after a pause is "not known".
   */
  look(): Presence;
  /** What the last look() found of people's sessions; undefined: not known. */
  readonly desktops: readonly Desktop[] | undefined;
  /** From then on it is not known. */
  close(): void;
}

export function openSessionSource(clock: Clock, platform: NodeJS.Platform = process.platform): SessionSource {
  if (platform === 'linux') return new LogindSessions(clock);
  return { look: () => NOT_KNOWN, desktops: undefined, close: () => undefined };
}
