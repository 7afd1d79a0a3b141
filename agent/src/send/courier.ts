/**
 * Talks to the collector, one request at a time. Each turn does the next thing that is due - enrol, send the
 * report in flight again byte for byte, compose the next one, send evidence - and says how long to wait then.
 *
 * A report leaves the outbox by an acknowledgement that names its sequence, or by a permanent refusal; nothing
 * newer is sent before. Everything else (no network, a captive portal, 503, an unknown 404) means: wait, again.
 */

import { Acknowledgement, EvidenceBatch, resealEnvelope, sealEnvelope } from '@fleetmeter/proto';
import { enrol } from '../enrol/enrol.ts';
import { addressee, keepEnrolment } from '../enrol/kept-enrolment.ts';
import { noteTicket, splitOff } from '../enrol/split-off.ts';
import type { OutboxReport } from '../store/outbox-table.ts';
import { type AcknowledgementLine, AcknowledgementLog } from './acknowledgement-log.ts';
import {
  type AcknowledgementEffect,
  applyAcknowledgement,
  leaveEpochBehind,
} from './apply-acknowledgement.ts';
import type { CourierCounts, CourierParts } from './courier-parts.ts';
import { EvidenceQueue } from './evidence-queue.ts';
import type { ApiPath } from './http-exchange.ts';
import { type Addressee, commitNextReport } from './next-report.ts';
import { readAnswer, type Verdict } from './read-answer.ts';
import { ReportSchedule } from './report-schedule.ts';
import { retryDelayMs, retryLimits } from './retry-schedule.ts';
import { ToldFailures } from './told-failures.ts';

const ASK_FOR_KEY_EVERY_MS = 3_600_000;
const WRONG_ENROLMENT: ReadonlySet<string> = new Set(['collector-mismatch', 'device-mismatch']);

export class Courier {
  readonly #parts: CourierParts;
  readonly #evidence: EvidenceQueue;
  readonly counts: CourierCounts = {
    acknowledged: 0,
    refused: 0,
    failures: 0,
    quarantined: 0,
    lastFailure: undefined,
    notAdmitted: undefined,
  };
  #enrolAgain = false;
  /** Monotonic time from which the key for notices may be asked for. */
  #askForKeyMs = 0;
  #stopping: AbortSignal | undefined;
  readonly #schedule = new ReportSchedule();
  readonly #acknowledgements = new AcknowledgementLog();
  readonly #told = new ToldFailures();
  #refusedInARow = 0;
  /** Baselines the collector asked for, one straight after another. */
  #baselinesInARow = 0;

  constructor(parts: CourierParts) {
    this.#parts = parts;
    this.#evidence = new EvidenceQueue(parts.evidenceOf ?? ((id) => parts.store.inventory.evidenceOf(id)));
  }

  get evidence(): Pick<EvidenceQueue, 'sent' | 'missing' | 'size'> {
    return this.#evidence;
  }

  /** Resolves to the milliseconds to wait before the next turn. Rejects only when the store fails. */
  async turn(signal: AbortSignal): Promise<number> {
    this.#stopping = signal;
    const { store, clock, collectorUrl } = this.#parts;
    const to = this.#enrolAgain ? undefined : addressee(store, collectorUrl());
    if (!to) return this.#enrol(signal);
    if (store.facts.read('split')) return this.#splitOff(signal);
    const pending = store.outbox.pending();
    if (!pending && this.#evidence.size > 0 && !this.#parts.quiet?.()) return this.#sendEvidence(to, signal);
    if (!pending && this.#parts.hasScanned?.() === false) return this.#parts.reportIntervalSeconds() * 1000;
    const early = this.#dueMs() - clock.now().monotonicMs;
    if (!pending && early > 0) return early;
    await this.#parts.renewKey?.(signal);
    return this.#sendReport(pending ?? this.#compose(to), signal);
  }

  #compose(to: Addressee): OutboxReport {
    const { clock, random } = this.#parts;
    const at = clock.now();
    this.#schedule.composed(at.monotonicMs, random());
    return commitNextReport(this.#parts, to, at, clock.utcOffsetSeconds(), this.#refusedInARow);
  }

  /** Monotonic time at which the next report is due. */
  #dueMs(): number {
    return this.#schedule.dueMs(this.#parts.reportIntervalSeconds());
  }

  async #enrol(signal: AbortSignal): Promise<number> {
    const { store, exchange, identity, host, joinSecret, collectorUrl, clock, log } = this.#parts;
    try {
      const outcome = await enrol(
        exchange,
        { identity, host: host(), secret: joinSecret() },
        clock.now().wallMs,
        signal,
      );
      if (outcome.is === 'retry') return this.#failed(outcome.why, outcome.retryAfterMs);
      if (outcome.is === 'not-admitted') return this.#notAdmitted(outcome);
      if (outcome.is === 'key-unknown') return this.#failed('enrolment: key-unknown');
      if (outcome.is === 'refused')
        return this.#failed(`enrolment refused: ${outcome.code} ${outcome.detail}`);
      keepEnrolment(store, outcome.enrolment, collectorUrl());
      this.#enrolAgain = false;
      // Of another collector nothing stays.
      this.#parts.onSettings(outcome.enrolment.settings ?? { version: 0 });
      log.info({ device: Buffer.from(outcome.enrolment.deviceId).toString('hex') }, 'enrolled');
      return this.#succeeded(0);
    } catch (error) {
      return this.#failed((error as Error).message);
    }
  }

  async #splitOff(signal: AbortSignal): Promise<number> {
    const { clock, log, store } = this.#parts;
    try {
      const outcome = await splitOff(this.#parts, clock.now().wallMs, signal);
      if (outcome?.is === 'retry') return this.#failed(outcome.why, outcome.retryAfterMs);
      if (outcome?.is === 'not-admitted') return this.#notAdmitted(outcome);
      if (outcome?.is === 'refused') return this.#failed(`split refused: ${outcome.code} ${outcome.detail}`);
      if (outcome?.is === 'key-unknown') return this.#keyUnknown();
      log.info(
        { device: store.facts.read('enrolment')?.deviceId },
        'another machine had the same identity: this one is a device of its own now',
      );
      this.#schedule.dueAt(0);
      return this.#succeeded(0);
    } catch (error) {
      return this.#failed((error as Error).message);
    }
  }

  async #sendReport(report: OutboxReport, signal: AbortSignal): Promise<number> {
    const { store, log, clock, identity } = this.#parts;
    // What was composed under a key that was replaced since is the same report under the new one.
    const envelope = resealEnvelope(report.envelope, identity.signingKey);
    const verdict = await this.#post('/v1/report', envelope, signal);
    if (verdict.is === 'key-unknown') return this.#keyUnknown();
    if (verdict.is === 'not-admitted') return this.#notAdmitted(verdict);
    if (verdict.is === 'retry') return this.#failed(verdict.why, verdict.retryAfterMs);
    if (verdict.is === 'refused') {
      if (verdict.code === 'report-replayed') leaveEpochBehind(store);
      else store.outbox.drop();
      this.#schedule.dueAt(0);
      this.counts.refused++;
      this.#refusedInARow++;
      // The same address leads to another collector's state: what enrolment gave no longer holds.
      if (WRONG_ENROLMENT.has(verdict.code)) this.#enrolAgain = true;
      // Parts of a baseline that were taken must not make the refusals of others look like first ones.
      this.counts.failures = Math.max(this.counts.failures, this.#refusedInARow - 1);
      log.warn(
        { sequence: report.sequence, code: verdict.code, detail: verdict.detail },
        'report refused for good',
      );
      return this.#failed(`report refused: ${verdict.code}`);
    }
    const acknowledgement = decodeAcknowledgement(verdict.body);
    if (acknowledgement?.acceptedSequence !== report.sequence)
      return this.#failed(`the answer does not acknowledge report ${report.sequence}`);
    const effect = applyAcknowledgement(store, acknowledgement, true);
    if (!acknowledgement.settings) this.#parts.onSettings(undefined);
    this.counts.acknowledged++;
    if (!store.baseline.underWay()) this.#refusedInARow = 0;
    store.facts.write('lastReport', {
      sequence: report.sequence,
      bytes: report.envelope.length,
      acknowledgedAtMs: clock.now().wallMs,
    });
    this.#logLine(
      this.#acknowledgements.report(
        report.sequence,
        report.envelope.length,
        this.counts.failures > 0,
        clock.now().monotonicMs,
      ),
    );
    return this.#afterAcknowledgement(acknowledgement, effect);
  }

  async #sendEvidence(to: Addressee, signal: AbortSignal): Promise<number> {
    const { identity, clock, store, log } = this.#parts;
    const batch = this.#evidence.nextBatch();
    if (!batch) return 0;
    const message = EvidenceBatch.encode({ ...to, records: batch.records }).finish();
    const verdict = await this.#post(
      '/v1/evidence',
      sealEnvelope('EvidenceBatch', message, identity.signingKey),
      signal,
    );
    if (verdict.is === 'key-unknown') return this.#keyUnknown();
    if (verdict.is === 'not-admitted') return this.#notAdmitted(verdict);
    if (verdict.is === 'retry') return this.#failed(verdict.why, verdict.retryAfterMs);
    const acknowledgement = verdict.is === 'answer' ? decodeAcknowledgement(verdict.body) : undefined;
    if (verdict.is === 'answer' && !acknowledgement)
      return this.#failed('the answer to evidence is malformed');
    this.#evidence.settle(batch, verdict.is === 'answer', clock.now().monotonicMs);
    if (!acknowledgement) {
      log.warn({ records: batch.records.length, ...verdict }, 'evidence refused for good');
      return this.#succeeded(0);
    }
    this.#logLine(
      this.#acknowledgements.evidence(
        batch.records.length,
        this.counts.failures > 0,
        clock.now().monotonicMs,
      ),
    );
    return this.#afterAcknowledgement(acknowledgement, applyAcknowledgement(store, acknowledgement, false));
  }

  #afterAcknowledgement(acknowledgement: Acknowledgement, effect: AcknowledgementEffect): number {
    const { clock, log, onSettings } = this.#parts;
    const { monotonicMs } = clock.now();
    this.#evidence.want(effect.evidenceWanted, monotonicMs);
    if (acknowledgement.settings) onSettings(acknowledgement.settings);
    this.counts.quarantined += acknowledgement.quarantined.length;
    for (const record of acknowledgement.quarantined)
      log.warn({ ...record }, 'the collector put a record aside');
    for (const decision of effect.decisions)
      if (decision.do === 'split') noteTicket(this.#parts, decision.ticket);
    const split = this.#parts.store.facts.read('split') !== undefined;
    for (const decision of effect.decisions)
      if (decision.do !== 'send-evidence' && decision.do !== 'poll')
        log.info({ do: decision.do }, 'directive');
    if (effect.nextReportInSeconds !== undefined)
      this.#schedule.dueAt(monotonicMs + effect.nextReportInSeconds * 1000);
    // While the agent is quiet a baseline has to wait.
    const quiet = this.#parts.quiet?.() ?? false;
    const baselineDue = effect.baselineDue && !quiet;
    const partDue = effect.partDue && !quiet;
    if (partDue && effect.nextReportInSeconds === undefined) this.#schedule.dueAt(monotonicMs);
    if (baselineDue) this.#baselinesInARow++;
    else if (!partDue) this.#baselinesInARow = 0;
    if (acknowledgement.notice.length > 0) this.#noticed(acknowledgement.notice, monotonicMs);
    // One baseline goes at once; a collector that is never content must not make the agent run hot.
    if (baselineDue) this.#schedule.dueAt(monotonicMs + this.#backOff(this.#baselinesInARow - 1));
    return this.#succeeded(split || this.#evidence.size > 0 ? 0 : Math.max(0, this.#dueMs() - monotonicMs));
  }

  #logLine(line: AcknowledgementLine | undefined): void {
    if (line) this.#parts.log.info(line.fields, line.message);
  }

  #noticed(sealed: Uint8Array, monotonicMs: number): void {
    const { notices, log } = this.#parts;
    if (!notices) return;
    const outcome = notices.receive(sealed);
    if (outcome.is === 'obeyed') log.info(outcome, 'the collector moves');
    if (outcome.is === 'ignored' && outcome.why !== 'repeated')
      log.warn({ why: outcome.why }, 'a notice of the collector was not obeyed');
    if (outcome.is !== 'key-wanted' || monotonicMs < this.#askForKeyMs) return;
    // It comes with the answer to enrolment; a known key gets the same device again.
    this.#askForKeyMs = monotonicMs + ASK_FOR_KEY_EVERY_MS;
    this.#enrolAgain = true;
  }

  async #post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<Verdict> {
    try {
      const answer = await this.#parts.exchange.post(path, envelope, signal);
      return readAnswer(answer, this.#parts.clock.now().wallMs);
    } catch (error) {
      return { is: 'retry', why: (error as Error).message, retryAfterMs: 0 };
    }
  }

  #keyUnknown(): number {
    this.#enrolAgain = true;
    return this.#failed('the collector does not know this device: enrolling again');
  }

  #notAdmitted({ code, detail, retryAfterMs }: Extract<Verdict, { is: 'not-admitted' }>): number {
    const waitMs = this.#failed(`not admitted: ${code}: ${detail}`, retryAfterMs);
    this.counts.notAdmitted = { code, detail };
    return waitMs;
  }

  #succeeded(waitMs: number): number {
    this.#told.succeeded();
    this.counts.notAdmitted = undefined;
    this.counts.failures = 0;
    this.counts.lastFailure = undefined;
    return waitMs;
  }

  #failed(why: string, retryAfterMs = 0): number {
    // The agent itself broke the request off; the report stays in the outbox.
    if (this.#stopping?.aborted) return 0;
    this.counts.failures++;
    this.counts.notAdmitted = undefined;
    this.counts.lastFailure = why;
    const waitMs = this.#backOff(this.counts.failures, retryAfterMs);
    const { failures } = this.counts;
    if (this.#told.isWorthALine(failures, why))
      this.#parts.log.warn({ why, failures, waitMs }, 'the collector did not acknowledge');
    return waitMs;
  }

  #backOff(failures: number, retryAfterMs = 0): number {
    if (failures <= 0) return 0;
    const limits = retryLimits(this.#parts.reportIntervalSeconds());
    return retryDelayMs(failures, limits, this.#parts.random(), retryAfterMs);
  }
}

function decodeAcknowledgement(body: Uint8Array): Acknowledgement | undefined {
  try {
    return Acknowledgement.decode(body);
  } catch {
    return undefined;
  }
}
