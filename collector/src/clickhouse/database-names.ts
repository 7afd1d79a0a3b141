/** The databases. Facts are internal; `fleetmeter` is what administrators ask, and what is about persons is on its own. */
export interface DatabaseNames {
  facts: string;
  final: string;
  person: string;
}

/** The databases of an installation whose final one has this name. */
export const databasesNamed = (final: string): DatabaseNames => ({
  facts: `${final}_facts`,
  final,
  person: `${final}_person`,
});

export const DATABASES: DatabaseNames = databasesNamed('fleetmeter');
