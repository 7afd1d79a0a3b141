/** For tests: commands in mounts of their own, which end with them and which nobody else sees. */
import { spawnSync } from 'node:child_process';

/** Arguments that run a shell command so; its `$@` is what follows them. As root of a namespace where there are no rights. */
export function inPrivateMounts(command: string): string[] {
  const rights = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', ...rights, '--mount', '--propagation', 'private', 'sh', '-euc', command, 'sh'];
}

/** Why they cannot be had here; undefined: they can. */
export function privateMountsFault(): string | undefined {
  const [file = '', ...rest] = inPrivateMounts('mount -t tmpfs none /mnt');
  const { status, stderr, error } = spawnSync(file, rest, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
