/**
 * Tries and makes corrections of days that are over, as the command line asks. A correction is in the control store with
 * its author before its rows are written; whatever ends the writing repeats it, and a day is marked when they are there.
 */
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import {
  readDeviceDayUse,
  readExecutableNo,
  readExecutablesOf,
  type UsageFact,
} from '../clickhouse/device-day-use.ts';
import { FACT_TABLES } from '../clickhouse/fact-tables.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import { dayLife } from '../clickhouse/retain-rows.ts';
import { UsageTrial } from '../clickhouse/usage-trial.ts';
import { type RepeatedJob, startRepeatedJob } from '../clock/repeated-job.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { NewCorrection } from '../control/corrections.ts';
import type { Operation } from '../control/operations.ts';
import type { OneAtATime } from '../recompute/one-at-a-time.ts';
import type { CorrectionAnswer, CorrectionRequest } from './correction-request.ts';
import { factText, parsedFact } from './fact-text.ts';
import { CorrectionRefusedError, countedUse, planCorrection, planUndo } from './plan-correction.ts';

export interface CorrectionOptions {
  clickhouse: ClickHouse;
  control: ControlStore;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called when the rows of a correction are in the tables. */
  onWritten: () => void;
  /** Whose turn it is to derive: meanwhile no day becomes final, and no names change. */
  deriving: OneAtATime;
}

const LOOK_EVERY_MS = 250;
const RETRY_MS = 5_000;
const MILLISECONDS_A_DAY = 86_400_000;
/** Keys that a device may have on a day; a report has at most some thousand. */
const MOST_FACTS = 100_000;
const MOST_SUMMARIES = 20;

export function startCorrections(options: CorrectionOptions): RepeatedJob {
  return startRepeatedJob({
    step: async () => ((await correctionStep(options)) ? 0 : LOOK_EVERY_MS),
    onFailure: (error) =>
      options.log.warn(
        { error: String(error) },
        'a correction could not be made yet and will be tried again',
      ),
    retryMs: RETRY_MS,
  });
}

/** False when nothing was to be done. Rejects when it may succeed later. */
export async function correctionStep(options: CorrectionOptions): Promise<boolean> {
  const { control, log, now, deriving } = options;
  // What was decided comes before what is asked: plans are made over it.
  const [waiting] = control.corrections.toWrite();
  if (waiting !== undefined) {
    await deriving.run(() => write(waiting, options));
    return true;
  }
  const operation = control.operations.oldestOpen('correction');
  if (!operation) return false;
  const request = operation.request as CorrectionRequest;
  let answer: CorrectionAnswer | { refused: string };
  try {
    answer = await deriving.run(() => answered(request, operation, options));
  } catch (error) {
    // Somebody waits for the answer, and asks again when they want to: nothing is done behind their back later. One that
    // was made is answered already, and its rows are written when that can be done.
    if (!(error instanceof CorrectionRefusedError))
      log.warn({ error: String(error) }, 'a correction could not be worked out');
    const refused =
      error instanceof CorrectionRefusedError
        ? error.message
        : `it could not be worked out, and nothing is changed: ${error instanceof Error ? error.message : String(error)}`;
    answer = { refused };
  }
  // One that was made is answered by then.
  control.operations.finish(operation.number, 'done', answer, now());
  return true;
}

async function write(
  number: number,
  { control, clickhouse, now, onWritten }: CorrectionOptions,
): Promise<void> {
  const correction = control.corrections.get(number);
  // Of whoever was asked to be erased since it was made nothing is written.
  const rows = control.corrections
    .rowsOf(number)
    .map(({ fact }) => parsedFact(fact))
    .filter(({ user }) => !control.personErasures.isErased(Uint8Array.from(user)));
  if (rows.length > 0) await clickhouse.insert('usage', blockOf(rows));
  control.commitCorrection(number, correction?.day ?? 0, now());
  onWritten();
}

async function answered(
  request: CorrectionRequest,
  { number: operation, requestedBy }: Operation,
  options: CorrectionOptions,
): Promise<CorrectionAnswer> {
  const { clickhouse, control, log, now } = options;
  const plan =
    request.is === 'undo' ? await undone(request.number, options) : await planned(request, options);
  const { day, deviceId, subject, before, after, rows, undoes } = plan;
  const [device, all] = await UsageTrial.run(clickhouse, async (trial) => {
    await trial.add(blockOf(rows));
    return [await trial.ofDevice(day, deviceId), await trial.summaries(day, MOST_SUMMARIES)];
  });
  const answer = { day, deviceId, subject, before, after, rows: rows.length, device, all };
  if (!request.commit) return answer;
  const correction: NewCorrection = {
    ...{ day, deviceId, subject, undoes, reason: request.reason, author: requestedBy, madeAt: now() },
    ...{ before: JSON.stringify(before), after: JSON.stringify(after) },
    rows: rows.map((row) => ({
      executableNo: row.executable_no,
      user: Uint8Array.from(row.user),
      fact: factText(row),
    })),
  };
  if (correction.rows.some(({ user }) => control.personErasures.isErased(user)))
    throw new CorrectionRefusedError(
      'a person concerned is being erased, or was: nothing is kept of them any more',
    );
  // With the answer in one commit: a crash must not make it twice.
  const number = control.makeCorrection(correction, operation, answer);
  log.info({ correction: number, by: requestedBy }, 'a correction is made');
  // Before anybody else's turn, since the day may become final then.
  await write(number, options);
  return { ...answer, number };
}

type Plan = Pick<CorrectionAnswer, 'day' | 'deviceId' | 'subject' | 'before' | 'after'> & {
  rows: UsageFact[];
  undoes?: number;
};

async function planned(
  request: Extract<CorrectionRequest, { is: 'correct' }>,
  options: CorrectionOptions,
): Promise<Plan> {
  const { clickhouse, now } = options;
  const { day, deviceId, application, executable, user, values } = request;
  if (day >= Math.floor(now() / MILLISECONDS_A_DAY))
    throw new CorrectionRefusedError('the day is not over: agents still report of it');
  await checkOpen(day, clickhouse);
  const facts = await factsOf(day, deviceId, options);
  let subject = new Set<number>();
  if (application !== undefined) subject = await readExecutablesOf(clickhouse, application);
  else if (executable !== undefined) subject = await readExecutableNo(clickhouse, executable);
  if (subject.size === 0)
    throw new CorrectionRefusedError(
      application === undefined
        ? `no executable ${executable} is known`
        : `no application ${application} is known`,
    );
  const { rows, before, after } = planCorrection(facts, subject, values, user);
  const what = application === undefined ? `executable ${executable}` : `application ${application}`;
  return { day, deviceId, subject: what, before, after, rows };
}

async function undone(number: number, options: CorrectionOptions): Promise<Plan> {
  const { corrections } = options.control;
  const correction = corrections.get(number);
  if (!correction)
    throw new CorrectionRefusedError(`there is no correction ${number}; correct list shows them`);
  const { day, deviceId, undoneBy, subject } = correction;
  if (undoneBy !== undefined)
    throw new CorrectionRefusedError(`correction ${number} is taken back already, by correction ${undoneBy}`);
  if (deviceId === '') throw new CorrectionRefusedError('its device was erased: nothing is left of it');
  await checkOpen(day, options.clickhouse);
  const facts = await factsOf(day, deviceId, options);
  const touched = corrections.rowsOf(number).map(({ fact }) => parsedFact(fact));
  const rows = planUndo(facts, touched);
  return {
    day,
    deviceId,
    subject,
    before: countedUse(touched),
    after: countedUse(rows),
    rows,
    undoes: number,
  };
}

/** Totals of other days are not derived from facts any more, whatever those say. */
async function checkOpen(day: number, clickhouse: ClickHouse): Promise<void> {
  if ((await dayLife(clickhouse, day)) !== 'open')
    throw new CorrectionRefusedError(
      'the totals of that day are final, since its five-minute marks are not kept any more: keepSlotsDays says for how long',
    );
}

async function factsOf(
  day: number,
  deviceId: string,
  { clickhouse, control }: CorrectionOptions,
): Promise<UsageFact[]> {
  const { erasures } = control.lives;
  if (erasures.isErased(deviceId)) throw new CorrectionRefusedError(`device ${deviceId} was erased`);
  const epochNos = erasures.epochsOf(deviceId);
  if (epochNos.length === 0)
    throw new CorrectionRefusedError(`no device ${deviceId} ever reported; device list shows them`);
  const facts = await readDeviceDayUse(clickhouse, day, epochNos, MOST_FACTS + 1);
  if (facts.length > MOST_FACTS)
    throw new CorrectionRefusedError(`the device has more than ${MOST_FACTS} rows on that day`);
  return facts;
}

function blockOf(rows: readonly UsageFact[]): NativeBlock<(typeof FACT_TABLES)['usage']> {
  const block = new NativeBlock(FACT_TABLES.usage);
  for (const row of rows) block.append(row);
  return block;
}
