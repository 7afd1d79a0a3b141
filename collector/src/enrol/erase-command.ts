/** `fleetmeter-collector device erase`: nothing of a device is kept, and it stays away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { isCollectorRunning } from '../control/data-folder-lock.ts';
import { openEnrolmentDesk } from '../control/enrolment-desk.ts';
import type { Erasure } from '../control/erasures.ts';
import { type CommandOutput, EnrolCommandError, withPlace } from './command-line.ts';

const LOOK_EVERY_MS = 250;
const WORDS: Record<Erasure['phase'], string> = {
  requested: 'its key is refused; the collector will take it up in a moment',
  deleting: 'rows are being deleted',
  deriving: 'no row is left; totals are derived again',
  done: 'erased',
};

export function addErase(device: Command, output: CommandOutput): void {
  withPlace(device.command('erase'), output, erase)
    .description('delete everything of a device and refuse it for ever; cannot be undone')
    .option('--yes', 'it is meant')
    .option('--no-wait', 'do not wait until it is done')
    .argument('<device>', 'its 16 digits');
}

async function erase(
  flags: Record<string, unknown>,
  [deviceId = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const { yes, wait, json } = flags as { yes?: boolean; wait: boolean; json?: boolean };
  using desk = openEnrolmentDesk(config.collectorDir);
  const { erasures } = desk.lives;
  if (!yes)
    throw new EnrolCommandError(
      'this deletes its inventory, its use and its history, and cannot be undone: say --yes as well',
    );
  if (!erasures.request(deviceId, output.now()))
    throw new EnrolCommandError(`no device ${JSON.stringify(deviceId.slice(0, 40))}; device list shows them`);
  const running = isCollectorRunning(config.collectorDir);
  let told = '';
  for (;;) {
    const erasure = erasures.get(deviceId) as Erasure;
    const { phase, progress } = erasure;
    const text = progress === '' ? WORDS[phase] : `${WORDS[phase]} (${progress})`;
    const last = phase === 'done' || !wait || !running;
    if (json && last) output.print(`${JSON.stringify({ device: deviceId, phase, progress })}\n`);
    if (!json && text !== told) output.say(`device ${deviceId}: ${text}`);
    told = text;
    if (last) break;
    await sleep(LOOK_EVERY_MS);
  }
  if (!running && !json) output.say('no collector is running: the next one does it at its start');
}
