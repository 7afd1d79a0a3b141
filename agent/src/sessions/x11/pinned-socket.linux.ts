/** The file of a socket, held: between looking whose it is and connecting to it nobody can put another socket, or a link to one, there. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { NAME_ONLY, placeOf } from '../../hash/regular-file.ts';

export class PinnedSocket implements Disposable {
  readonly #descriptor: number;
  /** Numeric user id of whom it belongs to. */
  readonly uid: number;
  #isHeld = true;

  private constructor(descriptor: number, uid: number) {
    this.#descriptor = descriptor;
    this.uid = uid;
  }

  /** Undefined: no socket is there, or a link to one. The caller lets go of it. */
  static at(path: string): PinnedSocket | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(path, NAME_ONLY | constants.O_NOFOLLOW);
    } catch {
      return undefined;
    }
    const file = fstatSync(descriptor);
    if (file.isSocket()) return new PinnedSocket(descriptor, file.uid);
    closeSync(descriptor);
    return undefined;
  }

  /** To connect to, while it is held. */
  get path(): string {
    return placeOf(this.#descriptor);
  }

  /** Connections stay. */
  [Symbol.dispose](): void {
    if (this.#isHeld) closeSync(this.#descriptor);
    this.#isHeld = false;
  }
}
