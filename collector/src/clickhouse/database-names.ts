/** The two databases. Facts are internal; `fleetmeter` is what administrators ask. */
export interface DatabaseNames {
  facts: string;
  final: string;
}

export const DATABASES: DatabaseNames = { facts: 'fleetmeter_facts', final: 'fleetmeter' };

/** The databases of an installation whose final one has this name. */
export const databasesNamed = (final: string): DatabaseNames => ({ facts: `${final}_facts`, final });
