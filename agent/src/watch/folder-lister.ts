/** Lists folders in a thread of its own, one request at a time. */
import { IdleThread } from '../hash/idle-thread.ts';
import type {
  Listing,
  ListReply,
  ListRequest,
  ListWorkerData,
  LookReply,
  LookRequest,
} from './folder-list-worker.ts';
import type { QuietFolder } from './quiet-folders.ts';

/** The thread pauses until a returned promise resolves. */
type OnListing = (listing: Listing) => Promise<void> | undefined;

interface OpenLook {
  done(reply: LookReply): void;
  failed(error: Error): void;
}

interface OpenRequest {
  /** Not completely listed yet, in the order in which the thread takes them. */
  left: string[];
  request: ListRequest;
  onListing: OnListing;
  done(): void;
  failed(error: Error): void;
}

const IDLE_MS = 10_000;

export class FolderLister {
  readonly #thread: IdleThread<ListRequest | LookRequest, ListReply | LookReply>;
  readonly #taken = new Int32Array(new SharedArrayBuffer(4));
  #open: OpenRequest | undefined;
  #openLook: OpenLook | undefined;
  #before: Promise<void> = Promise.resolve();
  #threadCpuMs = 0;
  #endedThreadsCpuMs = 0;
  #closed = false;

  /** `niceness`: 0 (normal) to 19 (nicest). */
  constructor(niceness = 0) {
    this.#thread = new IdleThread<ListRequest | LookRequest, ListReply | LookReply>({
      body: new URL('./folder-list-worker.ts', import.meta.url),
      workerData: { taken: this.#taken.buffer as SharedArrayBuffer, niceness } satisfies ListWorkerData,
      idleMs: IDLE_MS,
      onReply: (reply) => ('touched' in reply ? this.#takeLook(reply) : void this.#take(reply)),
      onDeath: (error) => {
        this.#endLook(({ failed }) => failed(error));
        this.#goOnWithoutFirst();
      },
    });
  }

  /** Folders are about to come: the thread is there when the first does. */
  begin(): void {
    if (!this.#closed) this.#thread.begin();
  }

  get threadCpuMs(): number {
    return this.#endedThreadsCpuMs + this.#threadCpuMs;
  }

  /**
   * Every folder is answered by one or more listings, the last of them marked, in the order asked for. Rejects when
   * the lister is closed; then some listings are missing.
   */
  list(request: ListRequest, onListing: OnListing): Promise<void> {
    const listed = this.#before.then(() => this.#list(request, onListing));
    this.#before = listed.catch(() => undefined);
    return listed;
  }

  /** Which of these changed since then, see LookReply. Rejects when the lister is closed. */
  look(quiet: QuietFolder[], sinceMs: number): Promise<LookReply> {
    const looked = this.#before.then(() => {
      if (this.#closed) throw new Error('the lister was closed');
      return new Promise<LookReply>((done, failed) => {
        this.#openLook = { done, failed };
        this.#thread.post({ quiet, sinceMs });
      });
    });
    this.#before = looked.then(
      () => undefined,
      () => undefined,
    );
    return looked;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endLook(({ failed }) => failed(new Error('the lister was closed')));
    this.#end((open) => open.failed(new Error('the lister was closed')));
    await this.#thread.end();
  }

  #list(request: ListRequest, onListing: OnListing): Promise<void> {
    if (request.folders.length === 0) return Promise.resolve();
    if (this.#closed) return Promise.reject(new Error('the lister was closed'));
    return new Promise((done, failed) => {
      this.#open = { left: [...request.folders], request, onListing, done, failed };
      this.#thread.post(request);
    });
  }

  async #take(reply: ListReply): Promise<void> {
    // A lower figure than before comes from a new thread.
    if (reply.cpuMs < this.#threadCpuMs) this.#endedThreadsCpuMs += this.#threadCpuMs;
    this.#threadCpuMs = reply.cpuMs;
    const open = this.#open;
    const handled = reply.listings.map((listing) => {
      if (listing.last) open?.left.shift();
      return open?.onListing(listing);
    });
    const complete = open?.left.length === 0;
    if (complete) this.#thread.rest();
    await Promise.all(handled);
    // In a later turn, so that replies of a large folder do not come all in one.
    setImmediate(() => {
      Atomics.add(this.#taken, 0, 1);
      Atomics.notify(this.#taken, 0);
    });
    if (complete && open === this.#open) this.#end(({ done }) => done());
  }

  /** The thread died in this folder, for example of millions of entries: it must not take the scan with it. */
  #goOnWithoutFirst(): void {
    const open = this.#open;
    const folder = open?.left.shift();
    if (!open || folder === undefined) return;
    const nothing = {
      ...{ files: [], folders: [], stayedOff: [], notUnicode: [], contentElsewhere: [], unreadable: [] },
      linksOut: [],
      isEnvironment: false,
    };
    void open.onListing({ folder, ...nothing, entries: 0, error: 'folder-unreadable', last: true });
    if (open.left.length > 0) this.#thread.post({ ...open.request, folders: open.left });
    else this.#end(({ done }) => done());
  }

  #takeLook(reply: LookReply): void {
    this.#thread.rest();
    this.#endLook(({ done }) => done(reply));
  }

  #endLook(answer: (open: OpenLook) => void): void {
    const open = this.#openLook;
    this.#openLook = undefined;
    if (open) answer(open);
  }

  #end(answer: (open: OpenRequest) => void): void {
    const open = this.#open;
    this.#open = undefined;
    if (open) answer(open);
  }
}
