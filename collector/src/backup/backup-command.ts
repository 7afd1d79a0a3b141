/** `fleetmeter-collector backup`, `backup verify` and `restore`. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { configFile } from '../config/load-config.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { openBackupHold } from '../control/backup-hold.ts';
import { type CommandOutput, utcTime, wholeNumber, withPlace } from '../enrol/command-line.ts';
import { BackupError, type BackupManifest } from './backup-manifest.ts';
import { faultsOf, openSource } from './backup-source.ts';
import { Pace } from './paced-bytes.ts';
import { restoreBackup } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';

const MIB = 1024 * 1024;
/** Half of what a plain disk gives, so that reports find theirs. */
const DEFAULT_MIB_PER_SECOND = '100';
const SAY_EVERY_MS = 1000;
const SHOWN_FAULTS = 20;

export function addBackup(program: Command, output: CommandOutput, collectorVersion: string): void {
  const backup = withPace(
    withPlace(program.command('backup'), output, (flags, [target = ''], config) =>
      back(target, config, flags, collectorVersion, output),
    )
      .description(
        'copy everything a collector has, also while it runs, to a folder or to one file that ends in .tar',
      )
      .argument('<target>', 'folder or .tar file that does not exist yet'),
  );
  withPace(
    withPlace(backup.command('verify'), output, (flags, [source = '']) => check(source, flags, output))
      .description('read a backup and compare every byte with its manifest')
      .argument('<source>', 'folder or .tar file'),
  );
  withPace(
    withPlace(program.command('restore'), output, (flags, [source = ''], config) =>
      restore(source, config, flags, output),
    )
      .description('put a backup in the place of the data folder; no collector may be using it')
      .option('--replace', 'put what the data folder holds aside, instead of refusing')
      .argument('<source>', 'folder or .tar file'),
  );
}

function withPace(command: Command): Command {
  return command.option(
    '--mib-per-second <n>',
    'read at most so much; 0 is no limit',
    DEFAULT_MIB_PER_SECOND,
  );
}

async function back(
  target: string,
  config: CollectorConfig,
  flags: Record<string, unknown>,
  collectorVersion: string,
  output: CommandOutput,
): Promise<void> {
  const began = performance.now();
  const { manifest, bytes, heldMs } = await takeBackup({
    ...{ config, target, collectorVersion, now: output.now },
    configFile: configFile(flags.config as string | undefined, process.env.FLEETMETER_CONFIG),
    ...paceAndProgress(flags, output),
  });
  using asking = openBackupHold(config.collectorDir);
  asking.hold.noteFinished(manifest.takenAt);
  const seconds = (performance.now() - began) / 1000;
  if (flags.json)
    output.print(
      `${JSON.stringify({ ...summary(manifest), target, bytes, seconds, heldMs: Math.round(heldMs) })}\n`,
    );
  else output.print(`${target}: ${wordsFor(manifest)}, ${size(bytes)} in ${seconds.toFixed(1)} s\n`);
  if (manifest.tables === 'server')
    output.say(
      'the tables are on a ClickHouse server: back them up there now, after this and not before (docs/backup.md)',
    );
}

async function check(source: string, flags: Record<string, unknown>, output: CommandOutput): Promise<void> {
  const opened = await openSource(source);
  const { bytesPerSecond, onProgress } = paceAndProgress(flags, output);
  const total = opened.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const faults = await faultsOf(opened, new Pace(bytesPerSecond), (bytes) => {
    done += bytes;
    onProgress(done, total);
  });
  if (flags.json)
    output.print(`${JSON.stringify({ ...summary(opened.manifest), whole: faults.length === 0, faults })}\n`);
  else if (faults.length === 0) output.print(`${source}: whole; ${wordsFor(opened.manifest)}\n`);
  if (faults.length === 0) return;
  if (!flags.json) for (const fault of faults.slice(0, SHOWN_FAULTS)) output.say(fault);
  throw new BackupError(
    `${source} is damaged: ${faults.length} of ${opened.manifest.files.length} files; use another backup`,
  );
}

async function restore(
  source: string,
  config: CollectorConfig,
  flags: Record<string, unknown>,
  output: CommandOutput,
): Promise<void> {
  const { manifest, setAside, outside } = await restoreBackup({
    ...{ config, source, replace: flags.replace === true, now: output.now },
    ...paceAndProgress(flags, output),
  });
  if (flags.json) {
    output.print(`${JSON.stringify({ ...summary(manifest), dataDir: config.dataDir, setAside, outside })}\n`);
    return;
  }
  output.print(`${config.dataDir}: restored; ${wordsFor(manifest)}\n`);
  if (setAside) output.say(`what was there before is in ${setAside}; remove it once all is well`);
  for (const { path, from } of outside)
    output.say(`${from} was backed up too and is in ${path}; put it back if it is missing`);
  if (manifest.tables === 'server')
    output.say('restore the tables on the ClickHouse server before the collector starts');
  output.say('devices that were erased after the backup are here again: erase them again (docs/backup.md)');
}

function paceAndProgress(flags: Record<string, unknown>, output: CommandOutput) {
  const mib = wholeNumber('--mib-per-second', String(flags.mibPerSecond), 0, 1_000_000);
  let said = performance.now();
  return {
    bytesPerSecond: mib === 0 ? Number.POSITIVE_INFINITY : mib * MIB,
    onProgress: (done: number, total: number): void => {
      if (flags.json || performance.now() - said < SAY_EVERY_MS) return;
      said = performance.now();
      output.say(`${size(done)} of ${size(total)}`);
    },
  };
}

function summary({ files, outside, ...about }: BackupManifest) {
  return { ...about, takenAt: new Date(about.takenAt).toISOString(), files: files.length, host: hostname() };
}

const wordsFor = ({ takenAt, files, checkpoint, tables }: BackupManifest): string =>
  `as of ${utcTime(takenAt)} UTC, ${files.length} files, processed through ${checkpoint}${tables === 'server' ? ', without tables' : ''}`;

function size(bytes: number): string {
  return bytes < 1024 * MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${(bytes / 1024 / MIB).toFixed(2)} GiB`;
}
