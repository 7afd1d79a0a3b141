/** What an executable costs when it is described for the first time, and when a new catalogue maps it again. */
import { randomBytes } from 'node:crypto';
import { type Evidence, encodeEvidence, encodeIdList, identifyEvidence } from '@fleetmeter/proto';
import { NO_CATALOGUE } from '../../catalogue/catalogue-in-force.ts';
import { readExecutablesToMap } from '../../clickhouse/executables-to-map.ts';
import { FACT_TABLES } from '../../clickhouse/fact-tables.ts';
import { NativeBlock } from '../../clickhouse/native-block.ts';
import { systemClock } from '../../clock/clock.ts';
import { mapExecutable } from '../../map/map-executable.ts';
import { mappingRow } from '../../map/mapping-row.ts';
import { AnnouncedExecutables } from '../../process/announced-executables.ts';
import { decodeRecord } from '../../process/decode-record.ts';
import { EpochHeadCache } from '../../process/epoch-head-cache.ts';
import { processRange } from '../../process/process-range.ts';
import { openEvidence } from '../../receive/open-message.ts';
import type { StreamRecord } from '../../stream/stream.ts';
import type { ConstantValues } from '../constants.ts';
import { meanBytes } from './measure-opening.ts';
import type { MeasuringSite } from './measuring-site.ts';
import type { SyntheticFleet } from './synthetic-fleet.ts';

/** As an EvidenceBatch holds at most. */
const RECORDS_A_BATCH = 500;
const FEW_BATCHES = 1;
const MANY_BATCHES = 9;
/** Programs of one package. */
const PROGRAMS = 4;

export async function measureMapping(
  site: MeasuringSite,
  fleet: SyntheticFleet,
): Promise<Partial<ConstantValues>> {
  const heads = new EpochHeadCache(1);
  const announced = new AnnouncedExecutables();
  const batches = (count: number) =>
    Array.from({ length: count }, () => {
      const evidence = someEvidence(RECORDS_A_BATCH);
      // A report named them before, which gave them their numbers.
      site.control.internExecutables(Buffer.concat(evidence.map(({ executableId }) => executableId)));
      return fleet.evidenceRecord(evidence);
    });
  const describe = (records: readonly StreamRecord[]) => {
    const through = (records.at(-1) as StreamRecord).offset;
    const dependencies = { ...site, heads, announced, inForce: () => NO_CATALOGUE };
    return site.laps.lap(() => processRange(records, through, dependencies));
  };
  await describe(batches(FEW_BATCHES));
  const few = await describe(batches(FEW_BATCHES));
  const large = batches(MANY_BATCHES);
  const many = await describe(large);
  const more = (MANY_BATCHES - FEW_BATCHES) * RECORDS_A_BATCH;
  const decode = await site.laps.lap(() => large.forEach(decodeRecord));
  const open = await site.laps.lap(() => {
    for (const { envelope } of large) openEvidence(envelope, site.receiver, systemClock.now());
  });
  const records = MANY_BATCHES * RECORDS_A_BATCH;
  const collectorUs = (many.collectorUs - few.collectorUs) / more;
  const engineUs = Math.max(0, many.engineUs - few.engineUs) / more;
  const again = await site.laps.lap(() => mapAgain(site));
  const described = (2 * FEW_BATCHES + MANY_BATCHES) * RECORDS_A_BATCH;
  return {
    evidenceOpenUs: (decode.collectorUs + open.collectorUs) / records,
    evidenceUs: Math.max(0, collectorUs - decode.collectorUs / records),
    evidenceEngineUs: engineUs,
    evidenceRangeUs: Math.max(0, few.collectorUs - collectorUs * FEW_BATCHES * RECORDS_A_BATCH),
    evidenceRangeEngineUs: Math.max(0, few.engineUs - engineUs * FEW_BATCHES * RECORDS_A_BATCH),
    evidenceBytes: meanBytes(large) / RECORDS_A_BATCH,
    mapUs: again.collectorUs / described,
    mapEngineUs: again.engineUs / described,
  };
}

/** As a re-mapping does in which every mapping comes out differently. */
async function mapAgain({ clickhouse, control, now }: MeasuringSite): Promise<void> {
  const executables = await readExecutablesToMap(clickhouse, 1, control.executableCount());
  const block = new NativeBlock(FACT_TABLES.mappings);
  for (const { executableNo, ...executable } of executables) {
    const mapping = mapExecutable(executable, NO_CATALOGUE);
    block.append(mappingRow(executableNo, mapping, NO_CATALOGUE.generation + 1, now()));
  }
  await clickhouse.insert('mappings', block);
}

function someEvidence(count: number): { bytes: Uint8Array; executableId: Uint8Array }[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `package-${randomBytes(4).toString('hex')}`;
    const evidence: Evidence = {
      sha256: randomBytes(32),
      path: `/usr/lib/${name}/program-${index % PROGRAMS}`,
      size: 100_000 + index,
      format: 'elf',
      buildId: randomBytes(20),
      packageManager: 'dpkg',
      packageName: name,
      packageVersion: `1.${index % 100}-2`,
      packageArchitecture: 'amd64',
      packageVendor: 'Debian maintainers',
    };
    const bytes = encodeEvidence(evidence);
    return { bytes, executableId: encodeIdList([identifyEvidence(bytes).executableId]) };
  });
}
