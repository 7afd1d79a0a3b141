/** What to do when the store fails while the agent runs. */
import { isStoreDamaged } from './state-database.ts';

/**
 * A full disk or a busy store passes: values stay in memory and are written when it has. Damage does not: the
 * error goes on, the agent ends, and its next start moves the store aside.
 */
export class StorePatience {
  /** The last failure, until something succeeds. */
  error: string | undefined;
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  during = async (work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
      this.error = undefined;
    } catch (error) {
      if (isStoreDamaged(error)) throw error;
      this.error = (error as Error).message;
      this.#onError(error);
    }
  };
}
