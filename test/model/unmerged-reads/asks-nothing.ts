/** What uses the engine and need not be called, each with its reason. */

/** Files that are about the server, its grants and which tables there are, and read no row of facts. */
export const OF_THE_SCHEMA = new Set([
  'compare-schema.ts',
  'grants.ts',
  'schema-statements.ts',
  'server-conditions.ts',
]);

/** Functions that use the engine and tell nobody anything about facts. */
export const ASKS_NOTHING: Record<string, string> = {
  connectClickHouse: 'is the way to the engine',
  awaitServer: 'asks whether it answers',
  ask: 'asks what the questions say',
  askedWhileUp: 'asks what the questions say',
  migrate: 'makes tables',
  permanentFault: 'names an error',
  usageDayRows: 'says how a day is derived',
  fillApplicationEpochs: 'derives: what comes of it is compared',
  emptyApplicationEpochs: 'derives: what comes of it is compared',
  freezeTables: 'copies parts as they are',
  loadAuditDictionaries: 'loads what readings here use',
  numberApplications: 'derives: its outcome is in every view',
  deriveDevices: 'derives: its outcome is compared',
  deriveInventory: 'derives: its outcome is compared',
  deriveUsageDay: 'derives: its outcome is compared',
  deriveLastUses: 'derives: its outcome is compared',
  deriveCoverageDay: 'derives: its outcome is compared',
  deriveCoverageWindows: 'derives: its outcome is compared',
  noteArrivals: 'notes what came: its outcome is compared',
  swapPartition: 'moves what was derived',
  stageRows: 'moves what was derived',
  replacePartition: 'moves what was derived',
  writeExclusions: 'writes',
  writeDeviceRegistry: 'writes',
  writeSmallestGroup: 'writes',
  countShown: 'SQL',
  clearTrial: 'writes',
  eraseRows: 'deletes',
  erasableTables: 'names of tables',
  agedPartitions: 'partitions and their rows not yet merged, and says so',
  partitionsOf: 'partitions and their rows not yet merged, and says so',
  daysToClear: 'days whose parts changed: a merge is one more look',
  dropPartition: 'deletes',
  noteKeptSince: 'writes',
  makeFinal: 'writes',
  clearMarks: 'writes',
  forgetExecutables: 'deletes',
  makeFleet: 'fills tables for measuring',
  holdMerges: 'for measuring',
  mergeNow: 'for measuring',
  readTableSizes: 'sizes and rows not yet merged, and says so',
  readBrokenParts: 'damaged parts, and no facts',
  readPartCounts: 'parts not yet merged, and says so',
  readRunningMerges: 'merges in hand, and no facts',
  readHeadsMark: 'whether to look again; a merge may change it, which costs one derivation',
};

/** No difference is what they are there to say; and the one superseded device stays what it is. */
export const MAY_BE_EMPTY = new Set([
  'compareUsageDay',
  'compareLastUses',
  'compareInventory',
  'returnedDevices',
]);
