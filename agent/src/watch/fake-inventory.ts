/** For tests: an inventory in memory that remembers what it was told and lets a test wait for it. */
import { identityKey } from './file-identity.ts';
import type { FileIdentity, FindingSink, FoundFile, KnownFiles, SkipReason } from './found-file.ts';
import type { RanPrograms } from './home-admission.ts';

export class FakeInventory implements FindingSink, KnownFiles, RanPrograms {
  readonly ran = new Set<string>();
  readonly files = new Map<string, FoundFile>();
  readonly skips = new Map<string, SkipReason>();
  /** Every call, as `found /path`, `gone /path`, `skipped /path reason`. */
  calls: string[] = [];
  /** Every file that was ever told. */
  readonly told: FoundFile[] = [];
  readonly #waiting = new Set<() => void>();

  found(file: FoundFile): void {
    this.files.set(file.path, file);
    this.skips.delete(file.path);
    this.told.push(file);
    this.#called(`found ${file.path}`);
  }

  gone(path: string): void {
    this.files.delete(path);
    this.ran.delete(path);
    this.skips.delete(path);
    this.#called(`gone ${path}`);
  }

  skipped(path: string, reason: SkipReason): void {
    this.skips.set(path, reason);
    this.#called(`skipped ${path} ${reason}`);
  }

  passBegins(): void {}

  byPath(path: string): FoundFile | undefined {
    return this.files.get(path);
  }

  stateAt(path: string): FileIdentity | undefined {
    return this.files.get(path)?.identity;
  }

  byIdentity(identity: FileIdentity): FoundFile | undefined {
    const key = identityKey(identity);
    return [...this.files.values()].find((file) => identityKey(file.identity) === key);
  }

  takesNew(): boolean {
    return true;
  }

  ranPaths(): Iterable<string> {
    return this.ran;
  }

  noteRan(path: string): void {
    this.ran.add(path);
  }

  paths(): Iterable<string> {
    return this.files.keys();
  }

  all(): Iterable<FoundFile> {
    return this.files.values();
  }

  /** Resolves when it holds; rejects with what is known when it does not within `withinMs`. */
  until(holds: () => boolean, withinMs = 5000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`not within ${withinMs} ms; told: ${this.calls.slice(-20).join(', ')}`));
      }, withinMs);
      this.#waiting.add(check);
      check();
    });
  }

  #called(call: string): void {
    this.calls.push(call);
    for (const check of [...this.#waiting]) check();
  }
}
