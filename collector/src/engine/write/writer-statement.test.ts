import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest } from '../engine-under-test.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await engineUnderTest({ readers: 1 });
}, 60_000);

afterAll(() => engine?.remove());

test('the statements of a schema survive being rendered by the engine', async () => {
  const statements = [
    'CREATE DATABASE facts',
    `CREATE TABLE facts.day (
       day Date, epoch UInt32 CODEC(Delta, ZSTD(3)), version UInt64, ids Array(UInt32) CODEC(ZSTD(1)),
       seconds SimpleAggregateFunction(max, UInt32), devices AggregateFunction(groupBitmap, UInt32),
       name LowCardinality(String) DEFAULT 'it''s \\\\ x', kind Enum8('a' = 1, 'b' = 2), digest FixedString(16),
       at DateTime64(3, 'UTC') DEFAULT now64(3), total UInt64 MATERIALIZED seconds * 2,
       INDEX by_name name TYPE bloom_filter GRANULARITY 1, PROJECTION p (SELECT day, max(seconds) GROUP BY day),
       CONSTRAINT sane CHECK seconds <= 86400
     ) ENGINE = ReplacingMergeTree(version) PARTITION BY day ORDER BY (day, epoch) PRIMARY KEY day
     TTL day + INTERVAL 400 DAY
     SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 256, deduplicate_merge_projection_mode = 'rebuild'
     COMMENT 'days; of "facts"'`,
    'CREATE TABLE facts.staging AS facts.day',
    'CREATE VIEW fleetmeter.days AS SELECT day, sum(seconds) AS seconds FROM facts.day FINAL GROUP BY day',
    'CREATE MATERIALIZED VIEW facts.log ENGINE = MergeTree ORDER BY day AS SELECT day, epoch FROM facts.day',
    "INSERT INTO facts.staging (day, epoch, seconds) VALUES ('2026-01-01', 1, 10), ('2026-01-02', 2, 20)",
    "ALTER TABLE facts.day REPLACE PARTITION '2026-01-01' FROM facts.staging",
    'ALTER TABLE facts.day ADD COLUMN IF NOT EXISTS extra UInt8 DEFAULT 0 AFTER epoch',
    "ALTER TABLE facts.day DROP PARTITION '2025-01-01'",
    'ALTER TABLE facts.day DELETE WHERE epoch = 7 SETTINGS mutations_sync = 1',
    'OPTIMIZE TABLE facts.day FINAL',
    'SYSTEM STOP MERGES facts.day',
    'SYSTEM START MERGES facts.day',
    'INSERT INTO facts.day (day, epoch) SELECT day, epoch FROM facts.staging SETTINGS max_threads = 1',
    'EXCHANGE TABLES facts.day AND facts.staging',
    'TRUNCATE TABLE facts.staging',
    'CREATE OR REPLACE VIEW fleetmeter.days AS SELECT 1 AS one',
    'DROP TABLE IF EXISTS facts.log SYNC',
  ];
  for (const statement of statements) await engine.must(statement);
  expect(await engine.must('SELECT day, seconds, name FROM facts.day ORDER BY day')).toContain("it\\'s");
});

test('settings, databases and parameters of one request do not reach the next', async () => {
  await engine.must('CREATE DATABASE other');
  for (let again = 0; again < 8; again += 1) {
    expect(
      await engine.must(
        "SELECT getSetting('max_threads'), currentDatabase(), {x:String}",
        'max_threads=1&database=other&param_x=y',
      ),
    ).toBe('1\tother\ty\n');
    await engine.write('SELECT 1', 'max_block_size=7&no_such_setting=1');
  }
  const blocks = new Set<string>();
  for (let again = 0; again < 8; again += 1) {
    blocks.add(await engine.must("SELECT getSetting('max_block_size'), currentDatabase()"));
  }
  expect([...blocks]).toEqual(['65409\tdefault\n']);
  expect((await engine.write('SELECT {x:String}')).text).toContain('(UNKNOWN_QUERY_PARAMETER)');
  expect((await engine.write('SELECT 1', 'readonly=1')).status).toBe(400);
  for (const lasting of ['SET max_threads = 1', 'USE other', 'CREATE FUNCTION f AS x -> x']) {
    expect((await engine.write(lasting)).status).toBe(400);
  }
});
