/**
 * Carries out what `person erase` asked for. Each step is noted in the control store when it is done; after a crash the
 * step in hand is done again, which changes nothing that it has changed already.
 */
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { erasePersonRows, tracesOfPerson } from '../clickhouse/erase-person.ts';
import { type RepeatedJob, startRepeatedJob } from '../clock/repeated-job.ts';
import type { DirtyTarget, DirtyTargets } from '../control/contract/dirty-targets.ts';
import type { Persons } from '../control/contract/persons.ts';
import type { PersonErasure } from '../control/person-erasures.ts';

export interface ErasePeopleOptions {
  clickhouse: ClickHouse;
  control: Pick<
    Persons & DirtyTargets,
    'personErasures' | 'personRecords' | 'forgetPerson' | 'markDirty' | 'dirtyMarks'
  >;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves when whatever may be writing what it read before is done. */
  settled: () => Promise<void>;
  /** Rows are gone: totals want to be derived. */
  onDeleted: () => void;
  onDone: () => void;
}

const ERASED_TOGETHER = 20;
const LOOK_EVERY_MS = 1_000;
const RETRY_MS = 10_000;

export function startErasePeople(options: ErasePeopleOptions): RepeatedJob {
  return startRepeatedJob({
    async step() {
      await erasePeopleStep(options);
      return LOOK_EVERY_MS;
    },
    onFailure: (error) =>
      options.log.warn({ error: String(error) }, 'a person could not be erased yet and will be tried again'),
    retryMs: RETRY_MS,
  });
}

/** Brings every open erasure as far as it goes now. */
export async function erasePeopleStep(options: ErasePeopleOptions): Promise<void> {
  const { personErasures } = options.control;
  // Of all that were asked for nothing more is taken, however many are before them.
  personErasures.reload();
  const failures: unknown[] = [];
  for (const erasure of personErasures.open(ERASED_TOGETHER))
    await advance(erasure, options).catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function advance(erasure: PersonErasure, options: ErasePeopleOptions): Promise<void> {
  const { person } = erasure;
  if (!person) throw new Error(`erasure ${erasure.number} is open and does not say of whom`);
  if (erasure.phase === 'requested') await close(erasure, person, options);
  if (erasure.phase === 'deleting') await deleteRows(erasure, person, options);
  if (erasure.phase === 'deriving') await finish(erasure, person, options);
}

/** From here on nothing of the person gets into the tables; what is there says which days it touches. */
async function close(erasure: PersonErasure, person: Uint8Array, options: ErasePeopleOptions): Promise<void> {
  const { control, settled } = options;
  // A range that began before may still write.
  await settled();
  await noteTraces(erasure, person, options);
  erasure.phase = 'deleting';
  control.personErasures.step(erasure);
}

/** Beside what is noted already. Returns how many rows there are. */
async function noteTraces(
  erasure: PersonErasure,
  person: Uint8Array,
  { clickhouse, control }: ErasePeopleOptions,
): Promise<number> {
  const { deviceIds, epochNos, days, rows } = await tracesOfPerson(clickhouse, person);
  const { quarantine, corrections } = control.personRecords.held(person);
  const held = [...quarantine, ...corrections].map(({ deviceId }) => deviceId).filter((id) => id !== '');
  erasure.devices = [...new Set([...erasure.devices, ...deviceIds, ...held])];
  erasure.epochs = [...new Set([...erasure.epochs, ...epochNos])];
  erasure.days = [...new Set([...erasure.days, ...days])];
  erasure.rows += rows;
  return rows;
}

async function deleteRows(
  erasure: PersonErasure,
  person: Uint8Array,
  options: ErasePeopleOptions,
): Promise<void> {
  const { clickhouse, control, log, now, onDeleted } = options;
  await erasePersonRows(clickhouse, person, erasure.epochs);
  control.forgetPerson(person, erasure.devices, now());
  // Before the phase says so: a crash in between marks them twice.
  erasure.markedAt = now();
  control.markDirty(
    erasure.days.map((day): DirtyTarget => ({ kind: 'usage-day', day })),
    erasure.markedAt,
  );
  erasure.phase = 'deriving';
  control.personErasures.step(erasure);
  log.info(
    { erasure: erasure.number, days: erasure.days.length, rows: erasure.rows },
    'a person was erased; the days concerned are derived again',
  );
  onDeleted();
}

/** When none of its marks is left: one that was set again since has a later beginning. */
async function finish(
  erasure: PersonErasure,
  person: Uint8Array,
  options: ErasePeopleOptions,
): Promise<void> {
  const { control, now, onDone } = options;
  const days = new Set(erasure.days);
  const waiting = control
    .dirtyMarks()
    .filter(
      ({ target, since }) => since <= erasure.markedAt && target.kind === 'usage-day' && days.has(target.day),
    );
  const progress = waiting.length === 0 ? '' : `${waiting.length} totals wait`;
  if (waiting.length > 0 && erasure.progress === progress) return;
  erasure.progress = progress;
  if (waiting.length === 0) {
    // What came again meanwhile, from whoever had read it before: its days are derived once more.
    if ((await noteTraces(erasure, person, options)) > 0) {
      erasure.phase = 'deleting';
      control.personErasures.step(erasure);
      return;
    }
    control.forgetPerson(person, erasure.devices, now());
    erasure.phase = 'done';
    erasure.finishedAt = now();
    // From here on nothing says who it was, nor which days.
    erasure.person = undefined;
    erasure.days = [];
    erasure.epochs = [];
    onDone();
  }
  control.personErasures.step(erasure);
}
