/** A correction on a real engine, whose process is lost at every word to it in turn: it is made once, or it is said that it is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { makeFleet } from '../clickhouse/measuring-data.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { Operations } from '../control/operations.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { OneAtATime } from '../recompute/one-at-a-time.ts';
import type { CorrectionAnswer, CorrectionRequest } from './correction-request.ts';
import { correctionStep } from './make-corrections.ts';

const DAY = 20_000;
const NOW = (DAY + 3) * 86_400_000;
const DEVICE = '0000000000000001';
let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;
let operations: Operations;
let other: DatabaseSync;
let application = '';
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-correct-'));

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => 0);
  await makeFleet(clickhouse, { devices: 2, executables: 20, distinct: 200, usageRows: 5, day: DAY });
  await numberApplications(clickhouse);
  const path = join(folder, 'control.db');
  control = new SqliteControlStore({ path });
  // As the command line: another connection to the same file.
  other = new DatabaseSync(path);
  operations = new Operations(other);
  other.exec(`INSERT INTO devices (device_id, key_id, public_key, enrolled_at) VALUES ('${DEVICE}', 'a', x'aa', 1);
    INSERT INTO epochs (epoch_no, device_id, epoch_id, opened_at, owner_device_id) VALUES (1, '${DEVICE}', x'aa', 1, '${DEVICE}')`);
  const [row] = await clickhouse.rows<{ id: string }>(
    `SELECT lower(leftPad(hex(application_id64), 16, '0')) AS id FROM {facts}.mappings WHERE executable_no = 1`,
  );
  application = row?.id ?? '';
});
afterAll(async () => {
  other?.close();
  control?.close();
  await clickhouse?.close();
  await engine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const log = { info: () => {}, warn: () => {} };
const step = (through: ClickHouse) =>
  correctionStep({
    clickhouse: through,
    control,
    log,
    now: () => NOW,
    onWritten: () => {},
    deriving: new OneAtATime(),
  });
const request = (seconds: number): CorrectionRequest => ({
  ...{ is: 'correct', day: DAY, deviceId: DEVICE, application, values: { seconds } },
  ...{ reason: 'a test', commit: true },
});

/** Rows of corrections that the engine has, each key once. */
async function written(): Promise<{ generation: number; seconds: number }[]> {
  return await clickhouse.rows(
    `SELECT generation, max(usage.seconds) AS seconds FROM {facts}.usage WHERE generation > 0
     GROUP BY executable_no, user, run, generation ORDER BY generation, seconds`,
  );
}

test('lost at any word to the engine, it is made once with its rows and its mark, or refused in words', async () => {
  let refused = 0;
  let lostAfter = 0;
  for (let word = 0; ; word++) {
    let left = word;
    const dying = {
      ...clickhouse,
      ...Object.fromEntries(
        (['command', 'rows', 'insert'] as const).map((work) => [
          work,
          async (...given: unknown[]) => {
            if (left-- === 0) throw new Error('connect ECONNREFUSED');
            return await (clickhouse[work] as (...each: unknown[]) => Promise<unknown>)(...given);
          },
        ]),
      ),
    } as ClickHouse;
    const number = operations.request('correction', request(60 + word), 'ada', NOW);
    const before = control.corrections.list(100).length;
    await step(dying);
    const answer = operations.get(number)?.result as CorrectionAnswer;
    const made = control.corrections.list(100).length - before;
    if (answer.refused !== undefined) {
      refused++;
      expect(answer.refused).toBe('it could not be worked out, and nothing is changed: connect ECONNREFUSED');
      expect([made, control.corrections.toWrite()]).toEqual([0, []]);
      continue;
    }
    expect([made, answer.number]).toEqual([1, before + 1]);
    // Its rows may be still to be written; the next step does it, and one after that has nothing to do.
    if (control.corrections.toWrite().length > 0) {
      lostAfter++;
      expect(await step(clickhouse)).toBe(true);
    }
    expect(await step(clickhouse)).toBe(false);
    expect((await written()).at(-1)).toEqual({ generation: made + before, seconds: 60 + word });
    expect(control.dirtyMarks().map(({ target }) => target)).toContainEqual({ kind: 'usage-day', day: DAY });
    if (left >= 0) break;
  }
  console.log(`${refused} losses before it was made, ${lostAfter} between making and writing`);
  expect(refused).toBeGreaterThan(5);
  expect(lostAfter).toBe(1);
});

test('nobody writes another history: corrections are only added to', () => {
  expect(() => other.exec("UPDATE corrections SET author = 'somebody else'")).toThrow('only added to');
  expect(() => other.exec('DELETE FROM corrections')).toThrow('only added to');
  expect(() => other.exec("UPDATE correction_rows SET fact = ''")).toThrow('only added to');
  expect(control.corrections.list(1)).toMatchObject([{ author: 'ada', reason: 'a test', deviceId: DEVICE }]);
});
