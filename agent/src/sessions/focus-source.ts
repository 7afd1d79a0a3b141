/** Where the agent learns who is in front. Linux has X11, which tells; on macOS and Windows the agent does not ask yet. */
import type { Clock } from '../clock/clock.ts';
import { FocusWatch } from './x11/focus-watch.linux.ts';

/** Undefined: nobody can be asked here. */
export function openFocusSource(
  clock: Pick<Clock, 'now'>,
  platform: NodeJS.Platform = process.platform,
): FocusWatch | undefined {
  return platform === 'linux' ? new FocusWatch(clock) : undefined;
}
