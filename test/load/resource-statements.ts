/** Statements of a reader who plays with resources (I10), and paths that lead out of folders. */

export const MEMORY = [
  'SELECT length(groupArray(number)) FROM numbers(100000000000)',
  'SELECT uniqExact(number) FROM numbers(100000000000)',
  'SELECT count() FROM (SELECT number FROM numbers(100000000000) GROUP BY number)',
];

export const EXPORTS = [
  'SELECT number FROM numbers(1000000000)',
  "SELECT repeat('x', 1000) FROM numbers(900000)",
];

export const FORBIDDEN = [
  'KILL QUERY WHERE 1 SYNC',
  'SYSTEM SHUTDOWN',
  'SYSTEM STOP MERGES',
  'SELECT sleepEachRow(3) FROM numbers(100)',
  "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  'DROP TABLE fleetmeter.devices',
];

const UP = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '....//', '%252e%252e%252f', '..%c0%af'];
export const PATHS_OUT = ['/', '/assets/', '/api/devices/', '/api/quarantine/', '/static/'].flatMap((base) =>
  UP.flatMap((up) => ['etc/passwd', 'engine/writer-secret'].map((file) => base + up.repeat(9) + file)),
);
