/** Which agent each device runs, as it said last: a bad record is told by the version that made it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What a device may say of itself has any length. */
const MAX_CHARACTERS = 64;

export class AgentVersions {
  readonly #note: StatementSync;
  readonly #of: StatementSync;

  constructor(database: DatabaseSync) {
    this.#note = database.prepare(
      'UPDATE devices SET agent_version = ?1 WHERE device_id = ?2 AND agent_version <> ?1',
    );
    this.#of = database.prepare('SELECT agent_version FROM devices WHERE device_id = ?');
  }

  note(deviceId: string, version: string): void {
    this.#note.run(version.slice(0, MAX_CHARACTERS), deviceId);
  }

  /** '' when it never said. */
  of(deviceId: string): string {
    return (this.#of.get(deviceId)?.agent_version as string | undefined) ?? '';
  }
}
