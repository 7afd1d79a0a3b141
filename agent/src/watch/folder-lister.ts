/** Lists folders in a thread of its own, one request at a time. */
import { IdleThread } from '../hash/idle-thread.ts';
import type { Listing, ListReply, ListRequest } from './folder-list-worker.ts';

interface OpenRequest {
  foldersLeft: number;
  onListing(listing: Listing): void;
  done(): void;
  failed(error: Error): void;
}

const IDLE_MS = 10_000;

export class FolderLister {
  readonly #thread: IdleThread<ListRequest, ListReply>;
  #open: OpenRequest | undefined;
  #before: Promise<void> = Promise.resolve();
  #threadCpuMs = 0;
  #endedThreadsCpuMs = 0;
  #closed = false;

  constructor() {
    this.#thread = new IdleThread<ListRequest, ListReply>({
      body: new URL('./folder-list-worker.ts', import.meta.url),
      idleMs: IDLE_MS,
      onReply: (reply) => this.#take(reply),
      onDeath: (error) => this.#end((open) => open.failed(error)),
    });
  }

  get threadCpuMs(): number {
    return this.#endedThreadsCpuMs + this.#threadCpuMs;
  }

  /**
   * Every folder is answered by one or more listings, the last of them marked, in the order asked for. Rejects when the
   * thread died or was closed; then some listings are missing.
   */
  list(folders: string[], onListing: (listing: Listing) => void): Promise<void> {
    const listed = this.#before.then(() => this.#list(folders, onListing));
    this.#before = listed.catch(() => undefined);
    return listed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end((open) => open.failed(new Error('the lister was closed')));
    await this.#thread.end();
  }

  #list(folders: string[], onListing: (listing: Listing) => void): Promise<void> {
    if (folders.length === 0) return Promise.resolve();
    if (this.#closed) return Promise.reject(new Error('the lister was closed'));
    return new Promise((done, failed) => {
      this.#open = { foldersLeft: folders.length, onListing, done, failed };
      this.#thread.post({ folders });
    });
  }

  #take(reply: ListReply): void {
    // A lower figure than before comes from a new thread.
    if (reply.cpuMs < this.#threadCpuMs) this.#endedThreadsCpuMs += this.#threadCpuMs;
    this.#threadCpuMs = reply.cpuMs;
    const open = this.#open;
    if (!open) return;
    for (const listing of reply.listings) {
      open.onListing(listing);
      if (listing.last) open.foldersLeft--;
    }
    if (open.foldersLeft > 0) return;
    this.#thread.rest();
    this.#end(({ done }) => done());
  }

  #end(answer: (open: OpenRequest) => void): void {
    const open = this.#open;
    this.#open = undefined;
    if (open) answer(open);
  }
}
