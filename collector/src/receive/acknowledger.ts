/**
 * What an acknowledgement says: that the report is durable, and what the collector wants of the device. It reads
 * what others decided (directives, wanted evidence, quarantine) and decides nothing about the report itself,
 * which is not processed yet.
 *
 * Things told once are forgotten only after the answer was written to the connection; an answer that got lost
 * on the way is told again where that matters: a resync stays until the inventory came right, and a request for
 * usage until a newer report proves that the device read the answer (it sends nothing newer before). What was
 * written to a connection may still never arrive.
 */
import {
  Acknowledgement,
  type AcknowledgementFields,
  type DirectiveFields,
  encodeIdList,
} from '@fleetmeter/proto';
import { BoundedCache } from '../control/bounded-cache.ts';
import type { EnrolledDevice } from '../control/contract/device-keys.ts';
import type { ReceiverControl } from '../control/contract/receiver-control.ts';
import { directiveAction, STAYS_UNTIL_RESOLVED } from '../control/directive-action.ts';
import type { BaselineAdmission } from './baseline-admission.ts';
import { answeredBy, asksForMuch } from './baseline-request.ts';
import type { AskedEvidence, EvidenceQuestions } from './evidence-questions.ts';

/** As the schema says. */
const MAX_QUARANTINED = 20;
const REMEMBERED_DEVICES = 100_000;

/** The message being acknowledged. */
export interface Accepted {
  device: Omit<EnrolledDevice, 'publicKey'>;
  /** Absent for an evidence batch. */
  report?: {
    epochId: Uint8Array;
    sequence: number;
    settingsVersion: number;
    noticeSerial?: number;
    /** See AnsweringReport. */
    baselineSince: number;
  };
  /** Executables it names, 8 bytes little-endian each. */
  executableIds: Uint8Array;
  /** Milliseconds since 1970. */
  now: number;
}

type ReportName = Pick<NonNullable<Accepted['report']>, 'epochId' | 'sequence'>;

export interface PreparedAcknowledgement {
  bytes: Uint8Array;
  evidenceAsked: number;
  /** Whether a device that has to send everything again may do so now; undefined when none has to. */
  baseline: 'admitted' | 'postponed' | undefined;
  /** Call exactly one: the answer was written out, or the connection ended before. */
  delivered(): void;
  lost(): void;
}

export class Acknowledger {
  readonly #control: ReceiverControl;
  readonly #questions: EvidenceQuestions;
  readonly #admission: BaselineAdmission;
  /** Requests for usage that went out, by device: what was asked, with the acknowledgement of which report. */
  readonly #usageAsked = new BoundedCache<string, { what: string; of: ReportName }>(REMEMBERED_DEVICES);

  constructor(control: ReceiverControl, questions: EvidenceQuestions, admission: BaselineAdmission) {
    this.#control = control;
    this.#admission = admission;
    this.#questions = questions;
  }

  prepare(accepted: Accepted): PreparedAcknowledgement {
    const { device, report, now } = accepted;
    const { deviceId } = device;
    const { waiting, baseline, nextReportInSeconds } = this.#admitted(
      this.#waitingFor(deviceId, report),
      report,
      now,
    );
    const usage = waiting.find(({ resendUsage }) => resendUsage);
    const asked = this.#questions.ask(deviceId, accepted.executableIds, now);
    const news = this.#control.untoldQuarantine(deviceId, MAX_QUARANTINED);
    const settings = this.#control.settingsFor(device, report?.settingsVersion, now);
    const notice = report && this.#control.noticeFor(report.noticeSerial ?? 0, now);
    const fields: AcknowledgementFields = {
      acceptedSequence: report?.sequence ?? 0,
      directives: [...waiting, ...sendEvidence(asked, report)],
      collectorTime: Math.floor(now / 1000),
      quarantined: news.map(({ sequence, reason, detail }) => ({ sequence, reason, detail })).reverse(),
      ...(settings && { settings }),
      ...(nextReportInSeconds !== undefined && { nextReportInSeconds }),
      ...(notice && { notice }),
    };
    return {
      bytes: Acknowledgement.encode(fields).finish(),
      evidenceAsked: asked.length,
      baseline,
      delivered: () => {
        if (usage && report) this.#usageAsked.set(deviceId, { what: nameOf(usage), of: report });
        for (const directive of waiting) {
          const action = directiveAction(directive);
          if (action !== 'resendUsage' && !STAYS_UNTIL_RESOLVED.has(action))
            this.#control.directiveDelivered(deviceId, directive);
        }
        if (news.length > 0) this.#control.toldQuarantine(news.map(({ number }) => number));
      },
      lost: () => this.#questions.unasked(deviceId, asked),
    };
  }

  /** What the device has to be told, without the request for usage that this report proves to have arrived. */
  #waitingFor(deviceId: string, report: Accepted['report']): DirectiveFields[] {
    const waiting = this.#control.directivesFor(deviceId, report?.epochId);
    const asked = this.#usageAsked.get(deviceId);
    const usage = waiting.find(({ resendUsage }) => resendUsage);
    if (!asked || !usage || !report || nameOf(usage) !== asked.what || !isNewer(report, asked.of))
      return waiting;
    this.#control.directiveDelivered(deviceId, usage);
    this.#usageAsked.delete(deviceId);
    return waiting.filter((directive) => directive !== usage);
  }

  /** Without what has to wait: the device is then told when to report again, and asked for it then. */
  #admitted(
    waiting: DirectiveFields[],
    report: Accepted['report'],
    now: number,
  ): { waiting: DirectiveFields[]; nextReportInSeconds?: number | undefined } & Pick<
    PreparedAcknowledgement,
    'baseline'
  > {
    const small = waiting.filter((directive) => !asksForMuch(directive));
    if (!report || small.length === waiting.length) return { waiting: small, baseline: undefined };
    const due = waiting.filter((directive) => asksForMuch(directive) && !answeredBy(directive, report));
    if (due.length === 0) return { waiting: small, baseline: undefined };
    const answer = this.#admission.ask(now);
    const told = waiting.filter((directive) => small.includes(directive) || due.includes(directive));
    if (answer.admitted) return { waiting: told, baseline: 'admitted' };
    return { waiting: small, baseline: 'postponed', nextReportInSeconds: answer.inSeconds };
  }
}

function isNewer(report: ReportName, than: ReportName): boolean {
  return Buffer.compare(report.epochId, than.epochId) === 0 && report.sequence > than.sequence;
}

/** Tells one request for usage from another. */
function nameOf({ epoch, sequence, resendUsage }: DirectiveFields): string {
  const { sinceDay, afterSequence, days } = resendUsage ?? {};
  const asked = [sinceDay ?? 0, afterSequence ?? '', ...(days ?? [])];
  return `${Buffer.from(epoch ?? []).toString('hex')}:${sequence ?? 0}:${asked.join(',')}`;
}

function sendEvidence(asked: readonly AskedEvidence[], report: Accepted['report']): DirectiveFields[] {
  if (asked.length === 0) return [];
  return [
    {
      epoch: report?.epochId ?? new Uint8Array(0),
      sequence: report?.sequence ?? 0,
      sendEvidence: { executableIds: encodeIdList(asked.map(({ id }) => id)) },
    },
  ];
}
