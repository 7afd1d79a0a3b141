/** SQL of what derivations of a day copy instead of deriving it: applications that are held, at their last right numbers. */

/** Of which applications devices are left out on the day in {date:String}; see usage-exclusions.ts. */
export const EXCLUSIONS = `SELECT application_id AS excluded_id, stale_since AS held_since, devices_excluded AS left_out
  FROM {final}.usage_exclusions WHERE usage_exclusions.day = toDate({date:String})`;
export const HELD = `SELECT * FROM (${EXCLUSIONS}) WHERE held_since IS NOT NULL`;

/**
 * The engine puts a partition in place of another in several steps, and one that dies between them leaves both. What is
 * derived from facts is then derived once more; what is copied is the newest, once.
 */
export const newestOf = (
  table: 'usage_daily' | 'application_usage_daily' | 'application_concurrency_daily',
): string =>
  `(application_id, computed_at) IN (SELECT application_id, max(computed_at) FROM {final}.${table}
    WHERE ${table}.day = toDate({date:String}) GROUP BY application_id)`;

/** Of what is derived. */
export const CURRENT = `CAST(NULL AS Nullable(DateTime64(3, 'UTC'))) AS stale_since`;
