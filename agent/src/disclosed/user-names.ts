/** Keyed hashes of users, and whom they stand for as far as this run of the agent has met them. */

/** Beyond, hashes are made and not remembered: their owners see none of their use. */
const MOST_REMEMBERED = 10_000;

export class UserNames {
  readonly #hash: (uid: number) => string;
  readonly #uids = new Map<string, number>();

  constructor(hash: (uid: number) => string) {
    this.#hash = hash;
  }

  of(uid: number): string {
    const user = this.#hash(uid);
    if (this.#uids.size < MOST_REMEMBERED) this.#uids.set(user, uid);
    return user;
  }

  uidOf(user: string): number | undefined {
    return this.#uids.get(user);
  }
}
