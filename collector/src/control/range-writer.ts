/**
 * What a processed range of the stream changes, in one transaction over all kinds of facts that it concerns, and the
 * other transactions of which some of these facts hold a picture in memory.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AgentVersions } from './agent-versions.ts';
import type { DirtyTarget } from './contract/dirty-targets.ts';
import type { ProcessedRange } from './contract/range-commits.ts';
import { inTransaction } from './control-database.ts';
import type { DeviceGroups } from './device-groups.ts';
import type { DirtyMarks } from './dirty-marks.ts';
import type { ExecutableNumbers } from './executable-numbers.ts';
import type { LateSync } from './late-sync.ts';
import type { MetaValues } from './meta-values.ts';
import type { PendingDirectives } from './pending-directives.ts';
import type { QuarantineShelf } from './quarantine-shelf.ts';
import type { QuarantineWork, Settled } from './quarantine-work.ts';
import type { SupersededSpeech } from './superseded-speech.ts';
import type { UndescribedUse } from './undescribed-use.ts';
import type { UsageConcerns } from './usage-concerns.ts';
import type { WantedEvidence } from './wanted-evidence.ts';

export interface RangeWriterParts {
  database: DatabaseSync;
  late: LateSync;
  meta: MetaValues;
  dirty: DirtyMarks;
  directives: PendingDirectives;
  speech: SupersededSpeech;
  undescribedUse: UndescribedUse;
  executables: ExecutableNumbers;
  wanted: WantedEvidence;
  groups: DeviceGroups;
  versions: AgentVersions;
  shelf: QuarantineShelf;
  quarantineWork: QuarantineWork;
  usageConcerns: UsageConcerns;
}

export class RangeWriter {
  readonly #parts: RangeWriterParts;

  constructor(parts: RangeWriterParts) {
    this.#parts = parts;
  }

  checkpoint(): number {
    return this.#parts.meta.counter('checkpoint');
  }

  /** On stable storage with the next sync of LateSync. */
  commit(range: ProcessedRange): void {
    this.committing(() => this.#parts.late.commit(() => this.#apply(range)));
  }

  commitReplay(range: ProcessedRange, settled: readonly Settled[]): void {
    const { database, quarantineWork } = this.#parts;
    this.committing(() =>
      inTransaction(database, () => {
        this.#apply(range);
        quarantineWork.settle(settled, range.now);
      }),
    );
  }

  /** `commit` is one transaction. When it throws, what is held in memory of its facts is read anew. */
  committing(commit: () => void): void {
    try {
      commit();
    } catch (error) {
      const { executables, shelf, wanted, speech } = this.#parts;
      executables.reload();
      shelf.recount();
      wanted.forget();
      speech.forget();
      throw error;
    }
  }

  /** Days that nothing in quarantine holds any more are derived again. Within a transaction. */
  markReleased(now: number): void {
    this.markDays(this.#parts.shelf.takeReleasedDays(), now);
  }

  /** Within a transaction. */
  markDays(days: readonly number[], now: number): void {
    const targets = days.map((day): DirtyTarget => ({ kind: 'usage-day', day }));
    this.#parts.dirty.mark(targets, now);
  }

  #apply(range: ProcessedRange): void {
    const { meta, dirty, groups, versions, usageConcerns } = this.#parts;
    const before = this.checkpoint();
    meta.setCounter('checkpoint', Math.max(before, range.checkpoint));
    dirty.mark(range.dirty, range.now);
    this.#putDirectives(range);
    this.#parts.speech.note(range.superseded);
    this.#noteEvidence(range);
    for (const { deviceId, names } of range.names ?? []) groups.note(deviceId, names);
    for (const { deviceId, version } of range.agentVersions ?? []) versions.note(deviceId, version);
    this.#putAside(range, before);
    usageConcerns.arrived(range.checkpoint);
    this.#noteInventories(range);
    this.markReleased(range.now);
  }

  #putDirectives({ directives, resolved, now }: ProcessedRange): void {
    const pending = this.#parts.directives;
    pending.withdraw(now);
    for (const request of resolved) pending.resolve(request);
    // After `resolved`: of two decisions about one device in one range, asking again is the harmless one.
    for (const { deviceId, directive } of directives) pending.put(deviceId, directive, now);
  }

  #noteEvidence({ undescribedUse, evidenceProcessed }: ProcessedRange): void {
    const { executables, wanted } = this.#parts;
    for (const { executableNo, day } of undescribedUse) this.#parts.undescribedUse.note(executableNo, day);
    for (const executableNo of executables.markEvidenceProcessed(evidenceProcessed))
      this.#parts.undescribedUse.described(executableNo);
    for (const executableId of evidenceProcessed)
      wanted.satisfied(executableId, executables.numberOf(executableId));
  }

  /** A second owner of the same range must not put its bad records aside twice. */
  #putAside({ quarantined, quarantineOverflow, checkpoint }: ProcessedRange, before: number): void {
    const { shelf } = this.#parts;
    for (const record of quarantined) if (record.offset > before) shelf.put(record);
    if (quarantineOverflow && checkpoint > before) shelf.overflowed(quarantineOverflow);
  }

  /** After those that were put aside meanwhile: what a request is still open for is not in `resolved`. */
  #noteInventories({ resolved, now }: ProcessedRange): void {
    const { shelf, quarantineWork } = this.#parts;
    for (const { deviceId, epochId, action } of resolved)
      if (action === 'resync' && shelf.any) quarantineWork.inventoryCame(deviceId, epochId, now);
  }
}
