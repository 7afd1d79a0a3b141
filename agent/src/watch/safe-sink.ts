/**
 * A sink that never throws. The one behind it may, for example when the disk is full; what it then did not take is
 * still unknown to it at the next full scan and told again.
 */
import type { FindingSink, FoundFile, SkipReason } from './found-file.ts';

export class SafeSink implements FindingSink {
  readonly #sink: FindingSink;
  readonly #onFailure: (error: unknown) => void;
  readonly #onFound: (path: string) => void;

  /** `onFound`: called for each path that a program is found at. */
  constructor(
    sink: FindingSink,
    onFailure: (error: unknown) => void,
    onFound: (path: string) => void = () => {},
  ) {
    this.#sink = sink;
    this.#onFailure = onFailure;
    this.#onFound = onFound;
  }

  found(file: FoundFile): void {
    this.#onFound(file.path);
    this.#try(() => this.#sink.found(file));
  }

  gone(path: string): void {
    this.#try(() => this.#sink.gone(path));
  }

  skipped(path: string, reason: SkipReason): void {
    this.#try(() => this.#sink.skipped(path, reason));
  }

  passBegins(): void {
    this.#try(() => this.#sink.passBegins());
  }

  #try(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
