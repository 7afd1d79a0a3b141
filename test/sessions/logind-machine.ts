/**
 * A systemd-logind of its own on a bus of its own, in mounts that nobody else sees. It begins with the sessions that an earlier one
 * kept, as after an upgrade of systemd: beginning one as a login does needs a service manager too. Needs root.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPrivateMounts } from '../../agent/src/fixtures/private-mounts.linux.ts';
import { until } from '../../agent/src/fixtures/until.ts';

export const LOGIND = '/lib/systemd/systemd-logind';

/** Everybody may do everything: it serves one test. */
const busConfig = (socket: string) => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="false"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>`;

export interface KeptSession {
  id: string;
  /** Of a user of the system, whose belongings logind leaves alone when they have no session any more. */
  user: 'daemon' | 'bin';
  type: 'x11' | 'wayland' | 'tty';
  class?: 'user' | 'greeter';
  /** Below /dev. */
  terminal?: string;
  display?: string;
  /** On the monotonic clock. */
  beganMs: number;
}

const UIDS = { daemon: 1, bin: 2 };

export class LogindMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'fleetmeter-logind-'));
  readonly busSocket = join(this.folder, 'bus');
  readonly sessionsFolder = join(this.folder, 'systemd/sessions');
  readonly seatsFolder = join(this.folder, 'systemd/seats');
  /** Only logind sees it as /dev/shm, so that it can hold a terminal whose last input the test decides. */
  readonly terminals = join(this.folder, 'terminals');
  readonly #processes: ChildProcess[] = [];
  readonly #logins = new Map<string, { heldOpen: number; leader: ChildProcess }>();
  #bus: ChildProcess | undefined;
  #logind: ChildProcess | undefined;

  constructor() {
    for (const name of ['sessions', 'seats', 'users', 'inhibit', 'shutdown'])
      mkdirSync(join(this.folder, 'systemd', name), { recursive: true });
    mkdirSync(this.terminals);
    writeFileSync(join(this.folder, 'bus.conf'), busConfig(this.busSocket));
  }

  async startBus(): Promise<void> {
    this.#bus = this.#run('dbus-daemon', [`--config-file=${join(this.folder, 'bus.conf')}`, '--nofork']);
    await until('there is a bus', () => existsSync(this.busSocket));
  }

  async startLogind(): Promise<void> {
    const [file = '', ...rest] = inPrivateMounts(
      'mount --bind "$1/systemd" /run/systemd; mount --bind "$1/terminals" /dev/shm; exec "$2"',
    );
    this.#logind = this.#run(file, [...rest, this.folder, LOGIND]);
    await until('logind is on the bus', () => this.#answers('/org/freedesktop/login1'));
  }

  /** Before logind is started. */
  keep(session: KeptSession): void {
    const uid = UIDS[session.user];
    const leader = this.#run('sleep', ['600']);
    const lines = [
      ...[`UID=${uid}`, `USER=${session.user}`, 'ACTIVE=1', 'STATE=active', 'REMOTE=0'],
      ...[`TYPE=${session.type}`, `ORIGINAL_TYPE=${session.type}`, `CLASS=${session.class ?? 'user'}`],
      ...[`SCOPE=session-${session.id}.scope`, `FIFO=/run/systemd/sessions/${session.id}.ref`],
      ...(session.display === undefined ? [] : [`DISPLAY=${session.display}`]),
      ...(session.terminal === undefined ? [] : [`TTY=${session.terminal}`]),
      ...[`LEADER=${leader.pid}`, `REALTIME=${Date.now() * 1000}`, `MONOTONIC=${session.beganMs * 1000}`],
    ];
    const held = join(this.sessionsFolder, `${session.id}.ref`);
    execFileSync('mkfifo', [held]);
    this.#logins.set(session.id, { heldOpen: openSync(held, constants.O_RDWR), leader });
    writeFileSync(join(this.sessionsFolder, session.id), `${lines.join('\n')}\n`);
    writeFileSync(join(this.folder, 'systemd/users', `${uid}`), `NAME=${session.user}\nSTATE=active\n`);
  }

  /** Ends what logged in: it held the session open, and leads it, by which newer ones know. */
  async logOut(id: string): Promise<void> {
    const login = this.#logins.get(id);
    this.#logins.delete(id);
    if (login) closeSync(login.heldOpen);
    await stop(login?.leader);
  }

  /** What a desktop says of its session. */
  hint(id: string, member: 'SetIdleHint' | 'SetLockedHint', value: boolean): void {
    const path = `/org/freedesktop/login1/session/${id}`;
    this.#busctl(
      'call',
      'org.freedesktop.login1',
      path,
      'org.freedesktop.login1.Session',
      member,
      'b',
      `${value}`,
    );
  }

  stopLogind(): Promise<void> {
    return stop(this.#logind);
  }

  async stopBus(): Promise<void> {
    await stop(this.#bus);
    rmSync(this.busSocket, { force: true });
  }

  async close(): Promise<void> {
    for (const { heldOpen } of this.#logins.values()) closeSync(heldOpen);
    await Promise.all(this.#processes.map(stop));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #answers(path: string): boolean {
    try {
      this.#busctl('introspect', 'org.freedesktop.login1', path);
      return true;
    } catch {
      return false;
    }
  }

  #busctl(...words: string[]): void {
    execFileSync('busctl', [`--address=unix:path=${this.busSocket}`, ...words], { stdio: 'pipe' });
  }

  #run(file: string, words: string[]): ChildProcess {
    const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.busSocket}` };
    const child = spawn(file, words, { stdio: 'ignore', env });
    this.#processes.push(child);
    return child;
  }
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
