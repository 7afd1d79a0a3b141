/**
 * After a new catalogue every executable is looked at once more. Only mappings that say something else are written;
 * what they feed is marked dirty when all are in, so that aggregates change from the old catalogue to the new one
 * in one go. Where it stands is kept in the control store, so a restart goes on and does not begin again.
 */

import type { Logger } from 'pino';
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import { writeApplicationBases } from '../clickhouse/application-bases.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { daysWithUse, readExecutablesToMap } from '../clickhouse/executables-to-map.ts';
import { FACT_TABLES } from '../clickhouse/fact-tables.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import { Rest } from '../clock/rest.ts';
import { Turn } from '../clock/turn.ts';
import type { CatalogueInUse } from '../control/contract/catalogue-in-use.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { Executables } from '../control/contract/executables.ts';
import { applicationIdOf, mapExecutable } from '../map/map-executable.ts';
import { mappingRow } from '../map/mapping-row.ts';

export interface RemapOptions {
  clickhouse: ClickHouse;
  control: CatalogueInUse & Executables;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds since 1970. */
  now: () => number;
  inForce: () => CatalogueInForce;
  /** Resolves when nobody maps by an older catalogue any more. */
  settled: () => Promise<void>;
  /** Executables looked at and mappings written. */
  onBatch: (looked: number, written: number) => void;
  /** Aggregates may follow. */
  onFinished: () => void;
}

export interface Remap {
  /** Look whether there is something to do: a new catalogue came into force. */
  wake(): void;
  /** While true, aggregates would mix two catalogues. */
  readonly running: boolean;
  /** Stops after the batch in hand. */
  close(): Promise<void>;
}

/** Executables read and written at once: some 3 MB. */
const BATCH = 20_000;
const RETRY_MS = 10_000;

export function startRemap(options: RemapOptions): Remap {
  const { control, log } = options;
  const stopping = new AbortController();
  const resting = new Rest();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (control.catalogueState().remapFrom === undefined) {
        await resting.for();
        continue;
      }
      try {
        await remapAll(options, stopping.signal);
      } catch (error) {
        log.warn({ error: String(error) }, 're-mapping waits and tries again');
        await resting.for(RETRY_MS);
      }
    }
  };
  const running = run();
  return {
    wake: () => resting.wake(),
    get running() {
      return control.catalogueState().remapFrom !== undefined;
    },
    async close() {
      stopping.abort();
      resting.wake();
      await running;
    },
  };
}

async function remapAll(options: RemapOptions, signal: AbortSignal): Promise<void> {
  const { clickhouse, control, now, log, inForce, settled } = options;
  await settled();
  const began = performance.now();
  const { generation, catalogue } = inForce();
  for (;;) {
    const { remapFrom: first, generation: wanted } = control.catalogueState();
    // A still newer catalogue has begun anew.
    if (signal.aborted || first === undefined || wanted !== generation) return;
    if (first > control.executableCount()) break;
    const last = first + BATCH - 1;
    if (!(await remapBatch(first, last, options, signal))) return;
    control.noteRemapped(generation, last + 1, 0);
  }
  await writeApplicationBases(
    clickhouse,
    catalogue.bases.map((each) => ({ applicationId: applicationIdOf(each), basis: each.usedBy })),
  );
  const days = await daysWithUse(clickhouse);
  const targets: DirtyTarget[] = days.map((day) => ({ kind: 'usage-day', day }));
  const written = control.finishRemap(generation, [{ kind: 'inventory' }, ...targets], now());
  options.onFinished();
  const seconds = (performance.now() - began) / 1000;
  log.info(
    { catalogue: catalogue.version, written, seconds },
    'every executable is mapped by the new catalogue',
  );
}

/** False, with nothing written, when it was told to stop. */
async function remapBatch(
  first: number,
  last: number,
  { clickhouse, control, now, inForce, onBatch }: RemapOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const current = inForce();
  const { generation } = current;
  const executables = await readExecutablesToMap(clickhouse, first, last);
  const block = new NativeBlock(FACT_TABLES.mappings);
  const turn = new Turn();
  for (const executable of executables) {
    await turn.share();
    if (signal.aborted) return false;
    const mapping = mapExecutable(executable, current);
    if (mapping.fingerprint !== executable.fingerprint)
      block.append(mappingRow(executable.executableNo, mapping, generation, now()));
  }
  // First: they may be in although no answer came, and then there is nothing left to write when it is done again.
  if (block.rows > 0) control.noteRemapped(generation, first, block.rows);
  await clickhouse.insert('mappings', block);
  onBatch(executables.length, block.rows);
  return true;
}
