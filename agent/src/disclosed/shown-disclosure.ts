/** Keeps the files that `disclosed` reads up to date. They are views of the store: what is lost of them comes back. */
import { createHmac, hash } from 'node:crypto';
import { decodeEvidence, normalisePath } from '@fleetmeter/proto';
import type { Ceiling } from '../settings/ceiling.ts';
import type { AgentStore } from '../store/agent-store.ts';
import { stateFolderOf } from '../store/state-folder.ts';
import type { InHand } from './sent-ledger.ts';
import { openShownFolder } from './shown-folder.ts';
import { type DeviceView, deviceView, moment, ownView, shownText } from './shown-views.ts';

/** Showing takes at most one part in so many of the agent's time: who reports every second shows less often. */
const REST = 100;
/** Users with a file; the ones with the newest use. */
const MOST_USERS = 200;

export interface ShownDisclosureParts {
  dataDir: string;
  store: Pick<AgentStore, 'disclosed' | 'facts' | 'inventory' | 'transaction' | 'readTogether'>;
  ledger: { readonly changes: number; inHand(): InHand[]; takeNotes(stateFolder: string): void };
  /** Keys the names of users' files. */
  secret: Uint8Array;
  uidOf: (user: string) => number | undefined;
  /** What is collected now. */
  scope: () => {
    collects: DeviceView['collects'];
    ceiling: { file: string; says: Ceiling; fault: string | null };
  };
  collectorUrl: () => string;
  agentVersion: string;
  nowMs: () => number;
  monotonicMs: () => number;
  log: { warn(fields: object, message: string): void };
}

/** For `status`. */
export interface ShownStatus {
  /** Why nothing is shown to users. */
  fault: string | null;
  /** A folder that keeps users from what is shown to them. */
  closedAt: string | null;
  usersWithoutFile: number;
}

export class ShownDisclosure {
  readonly #parts: ShownDisclosureParts;
  /** What was shown last, so that what did not change is not written again. */
  #shown = '';
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  readonly #ownShown = new Map<number, string>();
  status: ShownStatus = { fault: null, closedAt: null, usersWithoutFile: 0 };

  constructor(parts: ShownDisclosureParts) {
    this.#parts = parts;
    const { facts } = parts.store;
    if (!facts.read('disclosed'))
      facts.write('disclosed', { sinceMs: parts.nowMs(), lostMessages: 0, droppedUse: 0 });
  }

  /**
   * Nearly free when nothing changed. Never throws: showing must keep nothing else from going on. `last`: nobody asks
   * again, so it does not wait.
   */
  showIfDue(last = false): void {
    const { ledger, scope, log, dataDir, monotonicMs } = this.#parts;
    const startedMs = monotonicMs();
    if (startedMs < this.#notBeforeMs && !last) return;
    ledger.takeNotes(stateFolderOf(dataDir));
    const state = JSON.stringify([ledger.changes, scope()]);
    if (state === this.#shown) return;
    // What fails now would fail again at once; the next change tries again.
    this.#shown = state;
    const before = this.status;
    try {
      this.status = this.#show();
    } catch (error) {
      this.#ownShown.clear();
      this.status = { ...before, fault: (error as Error).message };
    }
    this.#notBeforeMs = startedMs + REST * (monotonicMs() - startedMs);
    const { fault, closedAt } = this.status;
    if (fault && fault !== before.fault) log.warn({ why: fault }, 'what was sent cannot be shown to users');
    if (closedAt && closedAt !== before.closedAt)
      log.warn({ folder: closedAt }, 'users cannot see what was sent: they may not enter this folder');
  }

  #show(): ShownStatus {
    const { dataDir, store } = this.#parts;
    const folder = openShownFolder(dataDir);
    const users = this.#users();
    const hasOthers = users.shown.some(({ uid }) => uid !== process.geteuid?.());
    const shown = new Map(users.shown.map(({ uid }) => [uid, this.#nameFor(uid)]));
    folder.keepOnly(shown);
    let withoutFile = users.others;
    for (const user of users.shown) {
      const view = ownView(store.disclosed, user, (id) => this.#pathOf(id), this.#parts.nowMs());
      const content = hash('sha256', JSON.stringify([view.use, view.left_out, view.told_as]));
      if (this.#ownShown.get(user.uid) === content) continue;
      if (folder.writeFor(user.uid, this.#nameFor(user.uid), shownText(view)))
        this.#ownShown.set(user.uid, content);
      else withoutFile++;
    }
    for (const uid of this.#ownShown.keys()) if (!shown.has(uid)) this.#ownShown.delete(uid);
    folder.writeForAll(shownText(this.#deviceView(withoutFile)));
    return {
      fault: null,
      closedAt: hasOthers ? (folder.closedAt ?? null) : null,
      usersWithoutFile: withoutFile,
    };
  }

  /** Of whom anything was sent, and who can be named. What stands for all users together is nobody's own. */
  #users(): { shown: { uid: number; user: string }[]; others: number } {
    const { store, uidOf } = this.#parts;
    const shown: { uid: number; user: string }[] = [];
    let others = 0;
    for (const { user, uid: known } of store.disclosed.users()) {
      const uid = known ?? uidOf(user);
      if (uid === undefined || uid < 0) continue;
      if (shown.length < MOST_USERS) shown.push({ uid, user });
      else others++;
    }
    return { shown, others };
  }

  #deviceView(usersWithoutFile: number): DeviceView {
    const { store, ledger, scope, agentVersion, collectorUrl, nowMs } = this.#parts;
    const { collects, ceiling } = scope();
    const kept = store.facts.read('disclosed');
    const facts = {
      written_at: moment(nowMs()),
      agent_version: agentVersion,
      device_id: store.facts.read('enrolment')?.deviceId ?? null,
      collector: collectorUrl(),
      ledger_since: moment(kept?.sinceMs ?? nowMs()),
      collects,
      ceiling: { ...ceiling, says: withoutNames(ceiling.says) },
      told_of_device: store.facts.read('disclosedHost') ?? {},
      lost_messages: kept?.lostMessages ?? 0,
      dropped_use_rows: kept?.droppedUse ?? 0,
      users_without_file: usersWithoutFile,
    };
    const inHand = ledger.inHand().map(({ message, sinceMs, tries }) => ({
      ...{ kind: message.kind, bytes: message.bytes, sinceMs, tries },
    }));
    return deviceView(store.disclosed, facts, inHand);
  }

  #pathOf(executableId: string): string | undefined {
    const evidence = this.#parts.store.inventory.evidenceOf(executableId);
    return evidence && decodeEvidence(evidence).path;
  }

  #nameFor(uid: number): string {
    return createHmac('sha256', this.#parts.secret).update(`disclosed:${uid}`).digest('hex').slice(0, 32);
  }
}

/** A folder in somebody's home would name him to everybody. */
function withoutNames(says: Ceiling): Record<string, unknown> {
  const shown = (value: unknown): unknown =>
    Array.isArray(value) ? [...new Set(value.map((folder) => folderForAll(String(folder))))] : value;
  return Object.fromEntries(Object.entries(says).map(([name, value]) => [name, shown(value)]));
}

function folderForAll(folder: string): string {
  const inHome = normalisePath(`${folder}/-`, { platform: 'posix' }).startsWith('~');
  return inHome ? '~/…' : folder;
}
