import { expect, test } from 'vitest';
import { launchOrigin, type ProcessCircumstances } from './launch-origin.linux.ts';

const process = (fields: Partial<ProcessCircumstances> = {}): ProcessCircumstances => ({
  pid: 100,
  name: 'x',
  tty: 0,
  cgroup: '0::/',
  ...fields,
});
const init = process({ pid: 1, name: 'systemd', cgroup: '0::/init.scope' });

test.each([
  [
    'a shell command',
    process({ tty: 34816, cgroup: '0::/user.slice/user-1000.slice/session-3.scope' }),
    [],
    'user',
  ],
  [
    'a desktop application',
    process({
      cgroup: '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox-4242.scope',
    }),
    [init],
    'user',
  ],
  [
    'an application from a snap',
    process({
      cgroup:
        '0::/user.slice/user-1000.slice/user@1000.service/app.slice/snap.firefox.firefox-0bb6bd33-6a5f-4a7f-9b2e-4d1e9d2cd0a1.scope',
    }),
    [init],
    'user',
  ],
  [
    'a service of a snap',
    process({ cgroup: '0::/user.slice/user-1000.slice/user@1000.service/app.slice/snap.x.daemon.service' }),
    [init],
    'service',
  ],
  [
    'an autostarted applet',
    process({
      cgroup: '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-nm@autostart.service',
    }),
    [init],
    'autostart',
  ],
  ['a system service', process({ cgroup: '0::/system.slice/ssh.service' }), [init], 'service'],
  [
    'a service of the user’s manager',
    process({ cgroup: '0::/user.slice/user-1000.slice/user@1000.service/session.slice/pipewire.service' }),
    [init],
    'service',
  ],
  [
    'a window of a terminal, by its server',
    process({
      cgroup:
        '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/gnome-terminal-server.service',
    }),
    [init],
    'user',
  ],
  [
    'what the bus of a session started',
    process({
      cgroup:
        '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-dbus.slice/dbus-:1.2-org.gnome.Nautilus@0.service',
    }),
    [init],
    'unknown',
  ],
  ['a container’s process', process({ cgroup: '0::/docker/4f2a' }), [], 'service'],
  ['a cron job by unit', process({ cgroup: '0::/system.slice/cron.service' }), [init], 'scheduler'],
  [
    'a cron job by ancestor',
    process(),
    [process({ name: 'sh' }), process({ name: 'cron' }), init],
    'scheduler',
  ],
  ['what left its terminal but not its parent', process(), [process({ tty: 34816 })], 'user'],
  ['what nothing is known of', process(), [process()], 'unknown'],
  ['init', init, [], 'unknown'],
] as const)('%s', (_, own, ancestors, expected) => {
  expect(launchOrigin(own, ancestors)).toBe(expected);
});
