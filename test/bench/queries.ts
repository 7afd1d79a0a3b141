/** How long an administrator waits for an answer of the SQL port, on a large fleet. */
import { connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { cpuSeconds } from './process-cpu.ts';
import { type Asked, parametersOf, type Question, questions, whatIsAsked } from './queries-asked.ts';
import { makeQueriesFleet, mergeQueriesFleet } from './queries-fleet.ts';

/** What the target speaks of. */
const TARGET = { devices: 1_000_000, days: 90, p95Ms: 200 };
const ENGINE_MEMORY_MIB = 6000;
/** Answers that are thrown away first: a dashboard asks again and again. */
const WARM = 2;

export const queries: Bench = {
  name: 'queries',
  about: "time and CPU of an administrator's questions through the SQL port (test/bench/queries/*.sql)",
  flags: {
    devices: { meaning: 'devices; the target speaks of 1,000,000', default: 100_000 },
    days: { meaning: 'days of use', default: 90 },
    executables: { meaning: 'different executables in the fleet', default: 1_000_000 },
    parts: { meaning: 'parts of every table that is not merged yet', default: 8 },
    times: { meaning: 'how often each question is asked, each time about something else', default: 20 },
  },
  smoke: { devices: 300, days: 3, executables: 20_000, parts: 2, times: 2 },
  run,
};

/** Milliseconds. */
interface Timed {
  p95: number;
  median: number;
  cpu: number;
}

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { devices = 0, days = 0, executables = 0, parts = 1, times = 1 } = flags;
  const engine = await engineUnderTest({ memoryMib: ENGINE_MEMORY_MIB });
  const clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  try {
    const began = performance.now();
    await migrate(clickhouse, Date.now);
    await makeQueriesFleet(clickhouse, { devices, days, executables, parts }, say);
    const seconds = (performance.now() - began) / 1000;
    const asked = await whatIsAsked(clickhouse, times);
    say(`${devices} devices, ${days} days, made in ${seconds.toFixed(0)} s; many parts:`);
    const unmerged = await askAll(engine, asked, times, say);
    await mergeQueriesFleet(clickhouse, days);
    say('merged:');
    const merged = await askAll(engine, asked, times, say);
    const scaled = devices < TARGET.devices || days < TARGET.days;
    return {
      p95Ms: bounded(worst([unmerged, merged]), 'ms', TARGET.p95Ms, scaled),
      p95UnmergedMs: plain(worst([unmerged]), 'ms, many parts'),
      p95MergedMs: plain(worst([merged]), 'ms, merged'),
      ...Object.fromEntries(
        [...merged].map(([name, timed]) => [
          name,
          plain(
            timed.p95,
            `ms p95 (${unmerged.get(name)?.p95.toFixed(0)} with many parts); ${timed.cpu.toFixed(0)} ms CPU`,
          ),
        ]),
      ),
      ...(await sizes(engine)),
      generationSeconds: plain(seconds, 'seconds'),
    };
  } finally {
    await clickhouse.close();
    await engine.remove();
  }
}

function worst(rounds: Map<string, Timed>[]): number {
  return Math.max(...rounds.flatMap((round) => [...round.values()].map(({ p95 }) => p95)));
}

async function askAll(
  engine: EngineUnderTest,
  asked: Asked,
  times: number,
  say: (progress: string) => void,
): Promise<Map<string, Timed>> {
  const round = new Map<string, Timed>();
  for (const question of questions()) {
    const timed = await time(engine, question, asked, times);
    round.set(question.name, timed);
    say(
      `  ${question.name}: p95 ${timed.p95.toFixed(0)} ms, median ${timed.median.toFixed(0)} ms, CPU ${timed.cpu.toFixed(0)} ms`,
    );
  }
  return round;
}

async function time(
  engine: EngineUnderTest,
  question: Question,
  asked: Asked,
  times: number,
): Promise<Timed> {
  const pid = engine.process.pid as number;
  const ask = async (at: number): Promise<number> => {
    const search = new URLSearchParams({ default_format: 'JSONCompact' });
    for (const [name, value] of Object.entries(parametersOf(question, asked, at)))
      search.set(`param_${name}`, value);
    const began = performance.now();
    const answer = await engine.read(question.sql, search.toString());
    const took = performance.now() - began;
    if (answer.status !== 200) throw new Error(`${question.name}: ${answer.text}`);
    return took;
  };
  for (let at = 0; at < WARM; at++) await ask(times - 1 - at);
  const before = cpuSeconds(pid);
  const took: number[] = [];
  for (let at = 0; at < times; at++) took.push(await ask(at));
  const cpu = ((cpuSeconds(pid) - before) * 1000) / times;
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.ceil(share * took.length) - 1)] as number;
  return { p95: at(0.95), median: at(0.5), cpu };
}

async function sizes(engine: EngineUnderTest): Promise<Figures> {
  const text = await engine.must(`
    SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
    WHERE active AND database LIKE 'fleetmeter%' GROUP BY table HAVING bytes > 1000000 ORDER BY bytes DESC FORMAT TSV`);
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [table, rows, bytes] = line.split('\t');
        return [`table ${table}`, plain(Number(bytes), `bytes, ${Number(rows).toLocaleString('en')} rows`)];
      }),
  );
}
