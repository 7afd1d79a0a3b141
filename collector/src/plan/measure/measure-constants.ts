/** `plan --measure`: the stages themselves, run on this machine, one after the other, each alone. */
import { CONSTANTS, type ConstantName, type ConstantValues, fixedConstants } from '../constants.ts';
import { measureMapping } from './measure-mapping.ts';
import { measurePartMerges } from './measure-merges.ts';
import { measureOpening, sampleReports } from './measure-opening.ts';
import { measureProcessing } from './measure-processing.ts';
import { measureReceive } from './measure-receive.ts';
import { measureRecompute } from './measure-recompute.ts';
import { measureSizes } from './measure-sizes.ts';
import { measureStream } from './measure-stream.ts';
import { measureTls } from './measure-tls.ts';
import { onMeasuringSite } from './measuring-site.ts';
import { SyntheticFleet } from './synthetic-fleet.ts';

/** Different executables of the fleet that is made up. */
const DISTINCT = 20_000;

/** `now` in milliseconds since 1970; `say` is told what is being measured. Rejects when a stage does. */
export function measureConstants(
  now: () => number,
  say: (progress: string) => void,
): Promise<ConstantValues> {
  return onMeasuringSite(now, async (site) => {
    const fleet = new SyntheticFleet(site.control, DISTINCT, now());
    const found: Partial<ConstantValues> = { ...fixedConstants() };
    const measured = async <T extends Partial<ConstantValues>>(what: string, work: () => Promise<T>) => {
      const began = performance.now();
      Object.assign(found, await work());
      say(`measured ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    };
    const samples = sampleReports(fleet);
    const known = found as ConstantValues;
    let idsPerInventory = Number.NaN;
    await measured('TLS handshakes', () => measureTls(site.laps));
    await measured('opening reports', () => measureOpening(site.laps, site.receiver, samples));
    await measured('the stream', () => measureStream(site.folder, site.laps, samples));
    await measured('receiving', () => measureReceive(site, samples, known));
    await measured('processing', async () => {
      const processing = await measureProcessing(site, fleet, known);
      idsPerInventory = processing.idsPerInventory;
      return processing.values;
    });
    await measured('evidence and mapping', () => measureMapping(site, fleet));
    await measured('merges of small parts', () => measurePartMerges(site));
    await measured('sizes', () => measureSizes(site, idsPerInventory));
    await measured('recompute and large merges', () => measureRecompute(site));
    return complete(found);
  });
}

/** Noise can make a difference of two measurements come out below nothing: it is then nothing. */
function complete(values: Partial<ConstantValues>): ConstantValues {
  const names = Object.keys(CONSTANTS) as ConstantName[];
  const missing = names.filter((name) => !Number.isFinite(values[name]));
  if (missing.length > 0) throw new Error(`not measured: ${missing.join(', ')}`);
  return Object.fromEntries(
    names.map((name) => [name, Math.max(0, values[name] as number)]),
  ) as ConstantValues;
}
