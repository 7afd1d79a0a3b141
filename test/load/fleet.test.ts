import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Acknowledgement,
  type AcknowledgementFields,
  ANSWER_CONTENT_TYPE,
  type DirectiveFields,
  decodeIdList,
  digestFromParts,
  EnrolResponse,
  EvidenceBatch,
  encodeIdList,
  identifyEvidence,
  Report,
} from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';

const DEVICE = 3;
const METER_HOUR = 9;
const MAX_BYTES = 8 * 1024 * 1024;

type Act = (response: ServerResponse, body: Buffer) => void;

/** Answers reports by script, and enrolment and evidence always. */
class ScriptedCollector {
  readonly reports: Buffer[] = [];
  readonly evidence: Buffer[] = [];
  readonly script: Act[] = [];
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    if (request.url === '/v1/enrol') {
      const enrolled = { deviceId: new Uint8Array(8).fill(7), collectorId: new Uint8Array(16).fill(9) };
      return void send(response, EnrolResponse.encode(enrolled).finish());
    }
    const acts = request.url === '/v1/report' ? this.script : [];
    (request.url === '/v1/report' ? this.reports : this.evidence).push(body);
    const act = acts.shift() ?? acknowledge();
    act(response, body);
  }
}

function send(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { 'content-type': ANSWER_CONTENT_TYPE }).end(bytes);
}

const acknowledge =
  (...directives: DirectiveFields[]): Act =>
  (response, body) => {
    const fields: AcknowledgementFields = { acceptedSequence: sequenceIn(body), directives };
    send(response, Acknowledgement.encode(fields).finish());
  };
const tryLater: Act = (response) => {
  response.writeHead(503, { 'retry-after': '0', 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ code: 'stream-full', permanent: false }));
};
const answerGetsLost: Act = (response) => void response.socket?.destroy();

function reportIn(body: Buffer): Report {
  return Report.decode(reopenVerifiedEnvelope(body, 'Report', MAX_BYTES).message);
}

/** 0 for evidence, as the schema says. */
function sequenceIn(body: Buffer): number {
  try {
    return reportIn(body).sequence;
  } catch {
    return 0;
  }
}

let collector: ScriptedCollector;
let fleet: Fleet;

beforeEach(async () => {
  collector = new ScriptedCollector();
  const size = { seed: 2, devices: 40, executables: 100 };
  const days = { firstDay: 20_000, meterHour: METER_HOUR };
  fleet = new Fleet(await collector.listen(), { ...size, ...days, connections: 2, joinSecret: '' });
  await fleet.enrol([DEVICE]);
});
afterEach(async () => {
  await fleet.close();
  collector.close();
});

test('the same bytes are sent until they are acknowledged, whether the answer says later or gets lost', async () => {
  collector.script.push(tryLater, answerGetsLost, tryLater);
  await fleet.report([DEVICE], METER_HOUR);
  expect(collector.reports).toHaveLength(4);
  for (const body of collector.reports) expect(body.equals(collector.reports[0] as Buffer)).toBe(true);
  expect(fleet.retries).toBe(3);
});

test('a first report is a baseline, a later one tells what changed, and both lead to the digest they promise', async () => {
  await fleet.report([DEVICE], METER_HOUR);
  await fleet.report([DEVICE], METER_HOUR + 72);
  const [first, second] = collector.reports.map(reportIn) as [Report, Report];
  expect([first.sequence, first.inventory?.baseline, second.sequence, second.inventory?.baseline]).toEqual([
    1,
    true,
    2,
    false,
  ]);
  expect(second.digestBefore).toEqual(first.digestAfter);
  const installed = new Set(decodeIdList(first.inventory?.presentIds ?? new Uint8Array()));
  for (const id of decodeIdList(second.inventory?.absentIds ?? new Uint8Array())) installed.delete(id);
  for (const id of decodeIdList(second.inventory?.presentIds ?? new Uint8Array())) installed.add(id);
  const promised = digestFromParts(
    second.digestAfter?.count ?? 0,
    Uint8Array.from(second.digestAfter?.sum ?? []),
  );
  expect(promised.count).toBe(installed.size);
  expect(promised.sum).toBe(sumOf(installed));
});

/** Counted anew from the evidence itself. */
function sumOf(ids: Set<string>): bigint {
  const { catalogue } = fleet.world.history;
  let sum = 0n;
  for (const id of ids) {
    const { digestPart } = identifyEvidence(catalogue.evidenceOf(catalogue.numberOf(id) as number));
    sum = BigInt.asUintN(128, sum + BigInt(`0x${Buffer.from(digestPart).reverse().toString('hex')}`));
  }
  return sum;
}

test('evidence that is asked for is sent and proves the ids', async () => {
  const wanted = fleet.world.history
    .installedAt(DEVICE, METER_HOUR)
    .slice(0, 20)
    .map((each) => fleet.world.history.catalogue.idOf(each));
  collector.script.push(acknowledge({ sendEvidence: { executableIds: encodeIdList(wanted) } }));
  await fleet.report([DEVICE], METER_HOUR);
  const batch = collector.evidence.map((body) =>
    EvidenceBatch.decode(reopenVerifiedEnvelope(body, 'EvidenceBatch', MAX_BYTES).message),
  );
  const proven = batch.flatMap(({ records }) =>
    records.map(({ evidence }) => identifyEvidence(evidence ?? new Uint8Array()).executableId),
  );
  expect(proven.sort()).toEqual(wanted.toSorted());
  expect(fleet.evidenceSent).toBe(20);
});

test('a resync is answered with a baseline at once, a request for usage with the next report', async () => {
  const epoch = (): Uint8Array => Uint8Array.from(reportIn(collector.reports[0] as Buffer).epoch?.id ?? []);
  await fleet.report([DEVICE], METER_HOUR);
  collector.script.push((response, body) =>
    acknowledge({ epoch: epoch(), sequence: 2, resync: {} })(response, body),
  );
  await fleet.report([DEVICE], METER_HOUR + 1);
  expect(collector.reports.map((body) => reportIn(body).inventory?.baseline ?? false)).toEqual([
    true,
    false,
    true,
  ]);
  collector.script.push(acknowledge({ resendUsage: { sinceDay: 20_000 } }));
  await fleet.report([DEVICE], METER_HOUR + 3);
  expect(fleet.dueAgain(METER_HOUR + 3)).toContain(DEVICE);
  await fleet.report([DEVICE], METER_HOUR + 3);
  const again = reportIn(collector.reports.at(-1) as Buffer).usage?.records?.length;
  const whole = new Set(
    fleet.world.usage
      .happenings(DEVICE, METER_HOUR, METER_HOUR + 3)
      .map(({ executable, user, run }) => `${executable} ${user} ${run}`),
  );
  expect(again ?? 0).toBe(whole.size);
});
