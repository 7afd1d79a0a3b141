/** The control store in one SQLite file: joins the kinds of facts, each in its own file, into transactions. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DirectiveFields, ExecutableId, FleetSettings } from '@fleetmeter/proto';
import { Admission } from './admission.ts';
import { AgentVersions } from './agent-versions.ts';
import { AuditLedger } from './audit-ledger.ts';
import { AuditReports } from './audit-reports.ts';
import { BackupHold } from './backup-hold.ts';
import { CatalogueProgress } from './catalogue-progress.ts';
import type { ReceiverNotes } from './contract/receiver-control.ts';
import {
  eachOnItsOwn,
  inTransaction,
  inUnsyncedTransaction,
  openControlDatabase,
} from './control-database.ts';
import type {
  CatalogueState,
  ControlStore,
  DirtyMark,
  DirtyTarget,
  Joining,
  ProcessedRange,
  QuarantineReason,
} from './control-store.ts';
import { Corrections, type NewCorrection } from './corrections.ts';
import { DeviceGroups, type DeviceNames } from './device-groups.ts';
import { DeviceLives } from './device-lives.ts';
import { DeviceNews } from './device-news.ts';
import { DeviceRegistry } from './device-registry.ts';
import { DirtyMarks } from './dirty-marks.ts';
import { EnrolmentTokens } from './enrolment-tokens.ts';
import { EpochDesk } from './epoch-desk.ts';
import type { SharedExecutables } from './executable-index.ts';
import { ExecutableNumbers } from './executable-numbers.ts';
import { GroupSettings } from './group-settings.ts';
import { LateSync } from './late-sync.ts';
import { MetaValues } from './meta-values.ts';
import { isKnownNoticeKey, MoveNotices } from './move-notices.ts';
import { NoticeProgress } from './notice-progress.ts';
import { Operations } from './operations.ts';
import { PendingDirectives } from './pending-directives.ts';
import { PersonErasures } from './person-erasures.ts';
import { PersonReads } from './person-reads.ts';
import { PersonRecords } from './person-records.ts';
import { PersonTokens } from './person-tokens.ts';
import { ProcessingState } from './processing-state.ts';
import { QuarantineDesk } from './quarantine-desk.ts';
import {
  QUARANTINE_LIMITS,
  type QuarantineDrop,
  type QuarantineLimits,
  QuarantineShelf,
} from './quarantine-shelf.ts';
import { type DecidedRecord, QuarantineWork, type Settled } from './quarantine-work.ts';
import { RangeWriter } from './range-writer.ts';
import type { ReceiverStoreStart } from './receiver-store.ts';
import type { ShelvedRecord } from './shelved-record.ts';
import { SplitTickets } from './split-tickets.ts';
import { SupersededSpeech } from './superseded-speech.ts';
import { UndescribedUse } from './undescribed-use.ts';
import { UsageConcerns } from './usage-concerns.ts';
import { WaitingDevices } from './waiting-devices.ts';
import { WantedEvidence, type WantedExecutable } from './wanted-evidence.ts';
import { noteWhatWaits, WhatWaits } from './what-waits.ts';
import { wholeAgain } from './whole-again.ts';

export interface SqliteControlStoreOptions {
  /** The file; its folder must exist. */
  path: string;
  quarantine?: Partial<QuarantineLimits>;
}

/** Of 4 KiB: the log may grow to 128 MiB when nobody else moves it, see wal-checkpoints.ts. */
const AUTOCHECKPOINT_PAGES = 32_768;

const NAMELESS: DeviceNames = { hostname: '', managementId: '', groupTag: '' };

export class SqliteControlStore implements ControlStore {
  readonly collectorId: Uint8Array;
  readonly userKey: KeyObject;
  readonly epochs: EpochDesk;
  readonly tokens: EnrolmentTokens;
  readonly waiting: WaitingDevices;
  readonly lives: DeviceLives;
  readonly notices: NoticeProgress;
  readonly auditLedger: AuditLedger;
  readonly auditReports: AuditReports;
  readonly corrections: Corrections;
  readonly processing: ProcessingState;
  readonly usageConcerns: UsageConcerns;
  readonly operations: Operations;
  readonly quarantine: QuarantineDesk;
  readonly backupHold: BackupHold;
  readonly personTokens: PersonTokens;
  readonly personReads: PersonReads;
  readonly personErasures: PersonErasures;
  readonly personRecords: PersonRecords;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #news = new DeviceNews();
  readonly #confirmSettings: StatementSync;
  readonly #confirmNotice: StatementSync;
  readonly #late: LateSync;
  readonly #meta: MetaValues;
  readonly #devices: DeviceRegistry;
  readonly #groups: DeviceGroups;
  readonly #admission: Admission;
  readonly #executables: ExecutableNumbers;
  readonly #directives: PendingDirectives;
  readonly #dirty: DirtyMarks;
  readonly #quarantine: QuarantineShelf;
  readonly #quarantineWork: QuarantineWork;
  readonly #wanted: WantedEvidence;
  readonly #catalogue: CatalogueProgress;
  readonly #undescribedUse: UndescribedUse;
  readonly #groupSettings: GroupSettings;
  readonly #splits: SplitTickets;
  readonly #ranges: RangeWriter;

  constructor(options: SqliteControlStoreOptions) {
    this.#path = options.path;
    this.#database = openControlDatabase(options.path);
    noteWhatWaits(this.#database, this.#news);
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
    this.#late = new LateSync(this.#database);
    this.#meta = new MetaValues(this.#database);
    this.collectorId = this.#meta.secret('collector_id', 16);
    this.userKey = createSecretKey(this.#meta.secret('user_key', 32));
    this.backupHold = new BackupHold(this.#meta);
    this.personTokens = new PersonTokens(this.#database);
    this.personReads = new PersonReads(this.#database);
    this.personErasures = new PersonErasures(this.#database, this.userKey);
    this.personRecords = new PersonRecords(this.#database);
    this.#devices = new DeviceRegistry(this.#database);
    this.#executables = new ExecutableNumbers(this.#database);
    this.#directives = new PendingDirectives(
      this.#database,
      this.#meta,
      this.#news,
      new WhatWaits(this.#database, this.#news),
    );
    this.#dirty = new DirtyMarks(this.#database, this.#meta);
    const versions = new AgentVersions(this.#database);
    this.#quarantine = new QuarantineShelf(this.#database, {
      ...{ meta: this.#meta, versions, news: this.#news },
      limits: { ...QUARANTINE_LIMITS, ...options.quarantine },
    });
    this.usageConcerns = new UsageConcerns(this.#database, this.#late);
    this.quarantine = new QuarantineDesk(this.#database);
    this.#quarantineWork = new QuarantineWork(this.#database);
    this.tokens = new EnrolmentTokens(this.#database);
    this.#groups = new DeviceGroups(this.#database);
    this.waiting = new WaitingDevices(this.#database);
    this.#admission = new Admission(this.tokens, this.waiting, this.#groups);
    this.lives = new DeviceLives(this.#database);
    this.notices = new NoticeProgress(new MoveNotices(this.#database));
    this.processing = new ProcessingState(this.#database, this.#meta);
    this.operations = new Operations(this.#database);
    this.auditReports = new AuditReports(this.#meta);
    this.corrections = new Corrections(this.#database);
    this.#wanted = new WantedEvidence(this.#database, this.#news);
    this.auditLedger = new AuditLedger(this.#database, this.#directives);
    this.#catalogue = new CatalogueProgress(this.#database, this.#meta);
    this.#undescribedUse = new UndescribedUse(this.#database);
    this.#groupSettings = new GroupSettings(this.#database, this.#meta);
    this.#splits = new SplitTickets(this.#database);
    const speech = new SupersededSpeech(this.#database);
    this.epochs = new EpochDesk({
      ...{ database: this.#database, directives: this.#directives, dirty: this.#dirty },
      ...{ speech, splits: this.#splits },
    });
    this.#ranges = new RangeWriter({
      ...{ database: this.#database, late: this.#late, meta: this.#meta, dirty: this.#dirty },
      ...{ directives: this.#directives, speech, undescribedUse: this.#undescribedUse },
      ...{ executables: this.#executables, wanted: this.#wanted, groups: this.#groups },
      ...{ versions, shelf: this.#quarantine, quarantineWork: this.#quarantineWork },
      usageConcerns: this.usageConcerns,
    });
    this.#confirmSettings = this.#database.prepare(
      'UPDATE devices SET settings_version = ? WHERE device_id = ?',
    );
    this.#confirmNotice = this.#database.prepare('UPDATE devices SET notice_serial = ? WHERE device_id = ?');
  }

  /** For a ReceiverStore, in this thread or another. */
  get receiverStart(): ReceiverStoreStart {
    const { collectorId } = this;
    const { shared: executables } = this.#executables;
    return { path: this.#path, collectorId, executables, news: this.#news.memory };
  }

  /** Calls back when receivers have to look executables up elsewhere. Returns how to stop that. */
  onExecutablesMoved(listener: (executables: SharedExecutables) => void): () => void {
    return this.#executables.onMoved(listener);
  }

  noteFromReceiver({ delivered, toldQuarantine, settings, notices }: ReceiverNotes): void {
    inUnsyncedTransaction(this.#database, () => {
      for (const { deviceId, epochId, action } of delivered) this.#directives.drop(deviceId, epochId, action);
      this.#quarantine.told(toldQuarantine);
      for (const [deviceId, version] of settings) this.#confirmSettings.run(version, deviceId);
      for (const [deviceId, serial] of notices) this.#confirmNotice.run(serial, deviceId);
    });
  }

  enrol(rawPublicKey: Uint8Array, secret: string, now: number, joining: Joining = {}): string {
    const { names = NAMELESS, admit } = joining;
    const judge = (keyId: string) => this.#admission.judge({ keyId, secret, names }, now);
    return this.#devices.enrol(rawPublicKey, judge, now, admit);
  }

  async joinTogether<T>(works: readonly (() => T)[]): Promise<PromiseSettledResult<T>[]> {
    let outcomes: PromiseSettledResult<T>[];
    try {
      outcomes = this.#late.commit(() => eachOnItsOwn(this.#database, works));
    } catch (error) {
      this.#devices.recount();
      throw error;
    }
    await this.#late.sync();
    return outcomes;
  }

  replaceKey(previous: Uint8Array, next: Uint8Array, now: number): string {
    return this.#devices.replaceKey(previous, next, now);
  }

  forgetDevice(deviceId: string, now: number): void {
    inTransaction(this.#database, () => {
      // Days that it is left out of need not be days that it is part of.
      this.#ranges.markDays(this.usageConcerns.daysOf(deviceId), now);
      this.lives.erasures.forget(deviceId);
      this.lives.twins.forgetDevice(deviceId);
    });
    this.#quarantine.recount();
    this.#wanted.forget();
    this.epochs.forgetSpeech();
    this.corrections.reload();
  }

  forgetPerson(person: Uint8Array, deviceIds: readonly string[], now: number): void {
    inTransaction(this.#database, () => {
      const { days, reporters } = this.personRecords.forget(person, deviceIds);
      this.#ranges.markDays(days, now);
      for (const deviceId of reporters) this.#askAgain(deviceId, now);
    });
    this.#quarantine.recount();
    this.corrections.reload();
  }

  /** What others used there was in what is gone. */
  #askAgain(deviceId: string, now: number): void {
    const epochNo = this.epochs.newest(deviceId);
    const [epoch] = this.epochs.between(epochNo, epochNo);
    if (!epoch) return;
    for (const directive of wholeAgain(epoch.epochId))
      this.#directives.put(epoch.senderDeviceId, directive, now);
  }

  isKnownNoticeKey(publicKey: Uint8Array): boolean {
    return isKnownNoticeKey(this.#meta, publicKey);
  }

  deviceCount(): number {
    return this.#devices.count();
  }

  setBottomSettings(settings: FleetSettings): void {
    this.#groupSettings.setBottom(settings);
  }

  allocating<T>(work: () => T): T {
    try {
      return this.#late.commit(work);
    } catch (error) {
      this.#executables.reload();
      this.epochs.forget();
      throw error;
    }
  }

  synced(): Promise<void> {
    return this.#late.sync();
  }

  splitOff(keys: { previous: Uint8Array; next: Uint8Array; ticket: Uint8Array }, now: number): string {
    return this.#devices.splitOff(keys, this.#splits, now);
  }

  internExecutables(ids: Uint8Array): { numbers: Uint32Array; created: number[] } {
    return this.#executables.intern(ids);
  }

  executableCount(): number {
    return this.#executables.count;
  }

  adoptExecutables(
    found: readonly { executableNo: number; executableId: ExecutableId; described: boolean }[],
  ): void {
    try {
      inTransaction(this.#database, () => {
        this.#executables.adopt(found);
        const described = found.flatMap((each) => (each.described ? [each.executableId] : []));
        this.#executables.markEvidenceProcessed(described);
      });
    } catch (error) {
      this.#executables.reload();
      throw error;
    }
  }

  checkpoint(): number {
    return this.#ranges.checkpoint();
  }

  commitProcessed(range: ProcessedRange): void {
    this.#ranges.commit(range);
  }

  commitReplay(range: ProcessedRange, settled: readonly Settled[]): void {
    this.#ranges.commitReplay(range, settled);
  }

  directivesFor(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[] {
    return this.#directives.list(deviceId, epochId);
  }

  undescribed(numbers: Uint32Array): number[] {
    return this.#executables.undescribed(numbers);
  }

  withoutEvidence(ids: Uint8Array, limit = Number.POSITIVE_INFINITY): ExecutableId[] {
    return this.#executables.withoutEvidence(ids, limit);
  }

  evidenceLost(
    numbers: readonly number[],
    holders: readonly { executableNo: number; deviceId: string }[],
  ): void {
    try {
      inTransaction(this.#database, () => {
        this.#executables.markEvidenceLost(numbers);
        const ids = this.#executables.idsOf(new Set(holders.map(({ executableNo }) => executableNo)));
        for (const { executableNo, deviceId } of holders) {
          const executableId = ids.get(executableNo);
          if (executableId) this.#wanted.want({ executableId, executableNo, deviceId });
        }
      });
    } catch (error) {
      this.#executables.reload();
      this.#wanted.forget();
      throw error;
    }
  }

  wantEvidence(wanted: readonly WantedExecutable[]): void {
    if (wanted.length === 0) return;
    this.#ranges.committing(() =>
      inUnsyncedTransaction(this.#database, () => {
        for (const each of wanted) this.#wanted.want(each);
      }),
    );
  }

  hasEnoughHolders(executableNo: number): boolean {
    return this.#wanted.isNotedEnough(executableNo);
  }

  daysOfUndescribedUse(executableNos: readonly number[]): number[] {
    return this.#undescribedUse.daysOf(executableNos);
  }

  dirtyMarks(): DirtyMark[] {
    return this.#dirty.list();
  }

  markDirty(targets: DirtyTarget[], now: number): void {
    inTransaction(this.#database, () => this.#dirty.mark(targets, now));
  }

  markCountedDevices(counted: string, now: number): void {
    inTransaction(this.#database, () => {
      if (this.#meta.text('counted_devices') === counted) return;
      this.#meta.setText('counted_devices', counted);
      // One that waits already is derived after this, and must not look as if something had come meanwhile.
      if (!this.#dirty.list().some(({ target }) => target.kind === 'inventory'))
        this.#dirty.mark([{ kind: 'inventory' }], now);
    });
  }

  makeCorrection(correction: NewCorrection, operation: number, answer: object): number {
    const number = inTransaction(this.#database, () => {
      const made = this.corrections.add(correction);
      const result = { ...answer, number: made };
      if (!this.operations.finish(operation, 'done', result, correction.madeAt))
        throw new Error(`operation ${operation} is over`);
      return made;
    });
    this.corrections.reload();
    return number;
  }

  commitCorrection(number: number, day: number, now: number): void {
    inTransaction(this.#database, () => {
      this.corrections.noteWritten(number);
      this.#dirty.mark([{ kind: 'usage-day', day }], now);
    });
  }

  clearDirty(target: DirtyTarget, generation: number): void {
    inUnsyncedTransaction(this.#database, () => this.#dirty.clear(target, generation));
  }

  catalogueState(): CatalogueState {
    return this.#catalogue.state();
  }

  openCatalogue(fingerprint: string, version: string): CatalogueState {
    return this.#catalogue.open(fingerprint, version, this.#executables.count);
  }

  noteRemapped(generation: number, next: number, written: number): void {
    this.#catalogue.note(generation, next, written);
  }

  finishRemap(generation: number, targets: DirtyTarget[], now: number): number {
    return inTransaction(this.#database, () => {
      const written = this.#catalogue.finish(generation) ?? 0;
      if (written > 0) this.#dirty.mark(targets, now);
      return written;
    });
  }

  quarantineCounts(): { reason: QuarantineReason; count: number }[] {
    return this.#quarantine.counts();
  }

  quarantineDropped(): Record<QuarantineDrop, number> {
    return this.#quarantine.dropped();
  }

  quarantineRepeated(): number {
    return this.#quarantine.repeated();
  }

  quarantinedFrom(deviceId: string, limit: number): ShelvedRecord[] {
    return this.#quarantine.fromDevice(deviceId, limit);
  }

  decidedQuarantine(limit: number): DecidedRecord[] {
    return this.#quarantine.any ? this.#quarantineWork.waiting(limit) : [];
  }

  ageOutQuarantine(before: number, now: number): boolean {
    let more = false;
    this.#ranges.committing(() =>
      inTransaction(this.#database, () => {
        more = this.#quarantine.ageOut(before);
        this.#ranges.markReleased(now);
        this.#quarantineWork.forgetOutcomes(now);
        this.quarantine.trials.forget(now);
      }),
    );
    return more;
  }

  quarantineTriedBy(): string {
    return this.#meta.text('quarantine_tried_by');
  }

  async tryQuarantineAgain(numbers: readonly number[], version: string, now: number): Promise<void> {
    const before = this.quarantineTriedBy() || 'an older one';
    await this.quarantine.decide({
      ...{ action: 'retry', filter: { numbers }, by: 'collector', now },
      reason: `collector ${version} after ${before}`,
    });
    this.#meta.setText('quarantine_tried_by', version);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#late.close();
    this.#database.close();
  }
}
