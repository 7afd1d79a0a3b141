/** What started a process, from what the kernel says about it and its ancestors. Pure. */
import type { Origin } from '../usage/usage-values.ts';

export interface ProcessCircumstances {
  pid: number;
  /** Name the kernel shows for the process, at most 15 characters. */
  name: string;
  /** 0 = no controlling terminal. */
  tty: number;
  /** Content of /proc/PID/cgroup; '' when it cannot be read. */
  cgroup: string;
}

const SCHEDULER_NAMES = new Set(['cron', 'crond', 'atd', 'anacron', 'fcron', 'systemd-cron']);
const SCHEDULER_UNIT = /\/(?:cron|crond|atd|anacron|fcron)\.service(?:\/|$)/m;
/** Desktop sessions start what is configured to start in units of this name (systemd.io/DESKTOP_ENVIRONMENTS). */
const AUTOSTART_UNIT = /\/app-[^/\n]*@autostart\.service(?:\/|$)/m;
const DESKTOP_APPLICATION = /\/app-[^/\n]+\.(?:scope|service)(?:\/|$)/m;
/** What snapd puts in place of that for what a person starts; services of snaps end in `.service`. */
const SNAP_APPLICATION = /\/user@\d+\.service\/(?:[^/\n]+\/)*snap\.[^/\n]+\.scope(?:\/|$)/m;
/** Services of a desktop application, in its own slice: a terminal's server, of which each window is a person's. */
const APPLICATION_SLICE = /\/app-[^/\n]+\.slice\/[^/\n]+\.(?:scope|service)(?:\/|$)/m;
/** What the message bus of a session starts: for a person, or for a program that asked. */
const STARTED_BY_BUS = /\/user@\d+\.service\/(?:[^/\n]+\/)*dbus-:[^/\n]+\.service(?:\/|$)/m;
const LOGIN_SESSION = /\/session-[^/\n]+\.scope(?:\/|$)/m;
const BY_A_PERSON = [DESKTOP_APPLICATION, SNAP_APPLICATION, APPLICATION_SLICE, LOGIN_SESSION];
const SERVICE =
  /\/(?:system\.slice|init\.scope|user@\d+\.service|docker|kubepods|machine\.slice)(?:[-./]|$)|:\/(?:docker|lxc|kubepods)/m;

/** `ancestors` from the parent upwards, as far as they are known. The nearest that tells anything decides. */
export function launchOrigin(
  process: ProcessCircumstances,
  ancestors: readonly ProcessCircumstances[],
): Origin {
  if (ancestors.some(({ name }) => SCHEDULER_NAMES.has(name)) || SCHEDULER_UNIT.test(process.cgroup))
    return 'scheduler';
  for (const each of [process, ...ancestors]) {
    const origin = ownOrigin(each);
    if (origin) return origin;
  }
  return 'unknown';
}

function ownOrigin({ pid, tty, cgroup }: ProcessCircumstances): Origin | undefined {
  if (AUTOSTART_UNIT.test(cgroup)) return 'autostart';
  if (tty === 0 && STARTED_BY_BUS.test(cgroup)) return 'unknown';
  if (tty !== 0 || BY_A_PERSON.some((unit) => unit.test(cgroup))) return 'user';
  if (pid === 1 || SERVICE.test(cgroup)) return pid === 1 ? undefined : 'service';
  return undefined;
}
