/** What the durable stream costs: appends that come together, and reading them back. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStream } from '../../stream/sqlite-stream.ts';
import type { StreamRecord } from '../../stream/stream.ts';
import type { ConstantValues } from '../constants.ts';
import type { CpuLaps } from './cpu-laps.ts';
import { meanBytes, type SampleReports } from './measure-opening.ts';
import { solveTwo } from './solve-costs.ts';

/** Appends under way at a time: as many as wait while the one before them is made durable. */
const TOGETHER = 128;
const RECORDS = 2560;
const KIB = 1024;

export async function measureStream(
  folder: string,
  laps: CpuLaps,
  samples: SampleReports,
): Promise<Partial<ConstantValues>> {
  const { idle, manyIds } = samples;
  const disk = { bytes: 0, envelopes: 0 };
  const cost = async (name: string, records: readonly StreamRecord[]): Promise<number> => {
    const own = join(folder, name);
    const stream = await openSqliteStream({ folder: own });
    const { collectorUs } = await laps.lap(async () => {
      for (let at = 0; at < RECORDS; at += TOGETHER)
        await Promise.all(
          Array.from({ length: TOGETHER }, (_, index) =>
            stream.append(records[(at + index) % records.length] as StreamRecord),
          ),
        );
      for (let after = 0; after < RECORDS; )
        after = (await stream.read(after, { maxRecords: 500, maxBytes: 8 * KIB * KIB })).through;
    });
    await stream.close();
    disk.bytes += folderBytes(own);
    disk.envelopes += RECORDS * meanBytes(records);
    return collectorUs / RECORDS;
  };
  await cost('stream-warm', idle);
  disk.bytes = disk.envelopes = 0;
  const { item, thing } = solveTwo(
    { things: meanBytes(idle) / KIB, cost: await cost('stream-small', idle) },
    { things: meanBytes(manyIds) / KIB, cost: await cost('stream-large', manyIds) },
  );
  return { streamUs: item, streamKibUs: thing, streamDiskFactor: disk.bytes / disk.envelopes };
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
