/** What other programs need for the same files. Those that are not installed are named and left out. */
import { spawnSync } from 'node:child_process';
import { openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenCpuSeconds } from '../process-cpu.ts';

export interface ToolCost {
  seconds: number;
  cpuSeconds: number;
}

const ARGUMENTS_AT_ONCE = 1_000;
const MOST_OUTPUT_BYTES = 1 << 28;

/** `openssl dgst -sha256` over all files: what it costs, and hex by path. */
export function opensslDigests(paths: readonly string[]): ToolCost & { sha256: Record<string, string> } {
  const sha256: Record<string, string> = {};
  const cost = { seconds: 0, cpuSeconds: 0 };
  for (let start = 0; start < paths.length; start += ARGUMENTS_AT_ONCE) {
    const args = ['dgst', '-sha256', '-r', ...paths.slice(start, start + ARGUMENTS_AT_ONCE)];
    const { output, ...part } = measured('openssl', args);
    cost.seconds += part.seconds;
    cost.cpuSeconds += part.cpuSeconds;
    for (const line of output.split('\n')) {
      const [, hash, path] = /^([0-9a-f]{64}) [* ](.*)$/.exec(line) ?? [];
      if (hash && path) sha256[path] = hash;
    }
  }
  return { ...cost, sha256 };
}

/** `aide --check` of an unchanged tree; undefined: not installed. */
export function aideCheck(root: string, folder: string): ToolCost | undefined {
  if (!isInstalled('aide')) return undefined;
  const config = join(folder, 'aide.conf');
  const database = join(folder, 'aide.db');
  writeFileSync(
    config,
    [
      `database_in=file:${database}`,
      `database_out=file:${database}.new`,
      'gzip_dbout=no',
      `report_url=file:${join(folder, 'aide.report')}`,
      `${root} p+i+s+m+c+sha256`,
      '',
    ].join('\n'),
  );
  measured('aide', ['--config', config, '--init']);
  renameSync(`${database}.new`, database);
  return measured('aide', ['--config', config, '--check']);
}

/** An audit by `hashdeep` of an unchanged tree; undefined: not installed. */
export function hashdeepAudit(root: string, folder: string): ToolCost | undefined {
  if (!isInstalled('hashdeep')) return undefined;
  const known = join(folder, 'hashdeep.known');
  const list = spawnSync('hashdeep', ['-c', 'sha256', '-r', root], {
    stdio: ['ignore', openSync(known, 'w'), 'inherit'],
  });
  if (list.status !== 0) throw new Error(`hashdeep ended with ${list.status}`);
  return measured('hashdeep', ['-c', 'sha256', '-r', '-a', '-k', known, root]);
}

function isInstalled(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

function measured(program: string, args: readonly string[]): ToolCost & { output: string } {
  const [startMs, cpuBefore] = [performance.now(), childrenCpuSeconds()];
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  if (status !== 0)
    throw new Error(`${program} ended with ${status}: ${error ?? `${stdout}${stderr}`.slice(0, 1000)}`);
  return {
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: childrenCpuSeconds() - cpuBefore,
    output: stdout,
  };
}
