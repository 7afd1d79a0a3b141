/**
 * A collector for tests: a real HTTP server that opens every envelope for real, applies reports as the wire
 * demands, and misbehaves as it is told. Its inventory and usage are what a correct collector would have.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Acknowledgement,
  type AcknowledgementFields,
  ANSWER_CONTENT_TYPE,
  type DirectiveFields,
  decodeIdList,
  decodeSlots,
  digestAdd,
  digestFromParts,
  digestsEqual,
  EMPTY_DIGEST,
  ENVELOPE_CONTENT_TYPE,
  EnrolRequest,
  EnrolResponse,
  Envelope,
  EvidenceBatch,
  type ExecutableId,
  encodeIdList,
  envelopeHash,
  type InventoryChangeFields,
  type InventoryDigest,
  identifyEvidence,
  idListFault,
  keyIdOf,
  Report,
  type SettingsFields,
} from '@fleetmeter/proto';
import { openEnvelope, openSelfSigned } from '@fleetmeter/proto/opening';

/** What happens to one request. */
export type Fault =
  /** Nothing: the request is handled. */
  | 'none'
  /** Handled, and the connection cut before the answer. */
  | 'lose-answer'
  /** The connection cut, not handled. */
  | 'cut'
  | 'busy'
  | 'captive-portal'
  | 'refuse'
  | 'replayed'
  /** Speaks another version of the wire. */
  | 'other-version'
  | 'forget-key'
  | 'wrong-sequence'
  | 'garbage';

const MOST_MESSAGE_BYTES = 32 * 1024 * 1024;

interface UsageSums {
  seconds: number;
  launches: number;
  slots: Set<number>;
}

export class ScriptedCollector {
  readonly collectorId = randomBytes(16);
  readonly #keys = new Map<string, Uint8Array>();
  /** Key id to device id. */
  readonly #devices = new Map<string, string>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Asked for each request, by path. */
  fault: (path: string) => Fault = () => 'none';
  /** Added to the next acknowledgements of reports. */
  extraDirectives: DirectiveFields[] = [];
  nextReportInSeconds: number | undefined;
  /** Sent to an agent that says it runs by another version. */
  settings: (SettingsFields & { version: number }) | undefined;
  /** Goes behind each acknowledgement: what a newer collector would say besides. */
  fromTheFuture: Uint8Array = new Uint8Array(0);
  /** Told of every body as it came, whatever becomes of it. */
  onBody: ((path: string, body: Buffer) => void) | undefined;
  wantsEvidence = true;
  /** Refuses reports meant for another collector. */
  checksAddress = false;
  /** 1: as before keys could be replaced. */
  mostSignatures = 2;
  /** Refuses reports with more. */
  mostUsageRecords = Number.POSITIVE_INFINITY;

  // What it has.
  readonly inventory = new Set<ExecutableId>();
  readonly evidence = new Map<ExecutableId, Uint8Array>();
  /** "day run executable user" to values. */
  readonly usage = new Map<string, UsageSums>();
  /** "day run" to seconds. */
  readonly coverage = new Map<string, number>();
  epoch = '';
  epochParent: string | undefined;
  head = 0;
  headHash: Uint8Array = new Uint8Array();
  digest: InventoryDigest = EMPTY_DIGEST;
  hostname = '';

  // What it saw.
  readonly reports: Report[] = [];
  /** Hashes of all report bodies, in order of arrival. */
  readonly bodies: { hash: string; bytes: number; sequence: number; epoch: string }[] = [];
  /** Every message as it was opened, enrolments and evidence included. */
  readonly messages: Uint8Array[] = [];
  enrolments = 0;
  resyncs = 0;
  #resyncWanted = false;
  /** Of a baseline in parts that is not complete: its ids, and the number of the next part. */
  #collected: { ids: ExecutableId[]; next: number } | undefined;

  /** As a collector does with a key whose time is over. */
  forgetKey(keyId: string): void {
    this.#keys.delete(keyId);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = await readBody(request);
    this.onBody?.(path, body);
    const fault = this.fault(path);
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'busy') return problem(response, 503, 'overloaded', false, { 'retry-after': '0' });
    if (fault === 'captive-portal')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>');
    if (fault === 'garbage')
      return void response.writeHead(200, { 'content-type': ANSWER_CONTENT_TYPE }).end(randomBytes(40));
    if (fault === 'other-version') return problem(response, 415, 'wire-version-unsupported', false);
    if (fault === 'replayed') return problem(response, 409, 'report-replayed', true);
    if (fault === 'refuse') return problem(response, 422, 'report-invalid', true);
    if (fault === 'forget-key') this.#keys.clear();
    if (request.headers['content-type'] !== ENVELOPE_CONTENT_TYPE)
      return problem(response, 415, 'content-type', true);
    try {
      const answer = this.#answer(path, body, fault);
      if (fault === 'lose-answer') return void request.socket.destroy();
      response.writeHead(200, { 'content-type': ANSWER_CONTENT_TYPE }).end(answer);
    } catch (error) {
      const code = (error as { fault?: string }).fault ?? 'internal';
      problem(
        response,
        code === 'key-unknown' ? 401 : code === 'internal' ? 500 : 400,
        code,
        code !== 'internal',
      );
    }
  }

  #answer(path: string, body: Buffer, fault: Fault): Uint8Array {
    if (path === '/v1/enrol') return this.#enrol(body);
    if (path === '/v1/evidence') return this.#takeEvidence(body);
    if (path !== '/v1/report') throw new Error('no such path');
    const acknowledgement = this.#takeReport(body);
    if (fault === 'wrong-sequence') acknowledgement.acceptedSequence = 999_999;
    return Buffer.concat([Acknowledgement.encode(acknowledgement).finish(), this.fromTheFuture]);
  }

  #enrol(body: Buffer): Uint8Array {
    if (Envelope.decode(body).signatures.length > this.mostSignatures)
      throw Object.assign(new Error('exactly one'), { fault: 'signature-missing' });
    const signersOf = (message: Buffer): Uint8Array[] => {
      const { publicKey, previousKey } = EnrolRequest.decode(message);
      return previousKey.length > 0 ? [publicKey, previousKey] : [publicKey];
    };
    const message = openSelfSigned(body, 'EnrolRequest', signersOf, MOST_MESSAGE_BYTES);
    this.messages.push(message);
    const { publicKey, previousKey } = EnrolRequest.decode(message);
    const keyId = keyIdOf(publicKey);
    if (previousKey.length > 0 && !this.#keys.has(keyIdOf(previousKey)))
      throw Object.assign(new Error('no such device'), { fault: 'key-unknown' });
    const device = previousKey.length > 0 ? this.#devices.get(keyIdOf(previousKey)) : undefined;
    this.#keys.set(keyId, publicKey);
    this.#devices.set(keyId, this.#devices.get(keyId) ?? device ?? keyId);
    this.enrolments++;
    return EnrolResponse.encode({
      deviceId: Buffer.from(this.#devices.get(keyId) as string, 'hex'),
      collectorId: this.collectorId,
    }).finish();
  }

  #takeReport(body: Buffer): AcknowledgementFields {
    const opened = openEnvelope(body, 'Report', (keyId) => this.#keys.get(keyId), MOST_MESSAGE_BYTES);
    this.messages.push(opened.message);
    const report = Report.decode(opened.message);
    if (this.checksAddress && Buffer.compare(report.collectorId ?? new Uint8Array(), this.collectorId) !== 0)
      throw Object.assign(new Error('not for us'), { fault: 'collector-mismatch' });
    if ((report.usage?.records?.length ?? 0) > this.mostUsageRecords)
      throw Object.assign(new Error('too much'), { fault: 'payload-too-large' });
    const epoch = Buffer.from(report.epoch?.id ?? []).toString('hex');
    this.bodies.push({ hash: sha256(body), bytes: body.length, sequence: report.sequence, epoch });
    this.reports.push(report);
    this.#applyUsage(report);
    this.#applyInventory(report, epoch, envelopeHash(body));
    return {
      acceptedSequence: report.sequence,
      directives: [...this.#directives(report), ...this.extraDirectives],
      ...(this.nextReportInSeconds !== undefined && { nextReportInSeconds: this.nextReportInSeconds }),
      ...(this.settings && this.settings.version !== report.settingsVersion && { settings: this.settings }),
    };
  }

  /** As the processor of a collector does: in order, only on the state it builds on, a baseline always. */
  #applyInventory(report: Report, epoch: string, hash: Uint8Array): void {
    const change = report.inventory;
    for (const list of [change?.presentIds, change?.absentIds])
      if (list && idListFault(list)) throw new Error('malformed id list');
    if (epoch === this.epoch && report.sequence <= this.head) return;
    if (change?.baseline) {
      const ids = this.#collect(change, epoch, report.sequence);
      if (!ids) {
        this.#advance(report, epoch, hash);
        return;
      }
      this.inventory.clear();
      for (const id of ids) this.inventory.add(id);
      this.#resyncWanted = false;
    } else {
      const before = report.digestBefore;
      const fits =
        before != null &&
        epoch === this.epoch &&
        report.sequence === this.head + 1 &&
        digestsEqual(digestFromParts(before.count ?? 0, before.sum ?? new Uint8Array(16)), this.digest);
      if (!fits) {
        this.#resyncWanted = true;
        return;
      }
      for (const id of decodeIdList(change?.presentIds ?? new Uint8Array())) this.inventory.add(id);
      for (const id of decodeIdList(change?.absentIds ?? new Uint8Array())) this.inventory.delete(id);
    }
    if (report.digestAfter)
      this.digest = digestFromParts(
        report.digestAfter.count ?? 0,
        report.digestAfter.sum ?? new Uint8Array(16),
      );
    this.#advance(report, epoch, hash);
  }

  /** Ids of a baseline once all of them are there. */
  #collect(change: InventoryChangeFields, epoch: string, sequence: number): ExecutableId[] | undefined {
    const ids = decodeIdList(change.presentIds ?? new Uint8Array());
    const { part, parts } = change;
    if (typeof part !== 'number' || typeof parts !== 'number') return ids;
    if (part === 0) this.#collected = { ids: [], next: 0 };
    const collected = this.#collected;
    if (
      !collected ||
      collected.next !== part ||
      (part > 0 && (epoch !== this.epoch || sequence !== this.head + 1))
    )
      throw new Error(`part ${part} does not follow`);
    collected.ids.push(...ids);
    collected.next++;
    return collected.next === parts ? collected.ids : undefined;
  }

  #advance(report: Report, epoch: string, hash: Uint8Array): void {
    this.epoch = epoch;
    this.epochParent = report.epoch?.parent?.id
      ? Buffer.from(report.epoch.parent.id).toString('hex')
      : undefined;
    this.head = report.sequence;
    this.headHash = hash;
    if (report.host?.hostname) this.hostname = report.host.hostname;
  }

  #applyUsage({ usage }: Report): void {
    if (!usage) return;
    const runs =
      Buffer.from(usage.runs ?? [])
        .toString('hex')
        .match(/.{16}/g) ?? [];
    const users = (usage.users ?? []).map((user) => Buffer.from(user).toString('hex'));
    for (const record of usage.records ?? []) {
      const [id] = decodeIdList(record.executableId ?? new Uint8Array());
      const key = `${record.day} ${runs[record.run ?? 0]} ${id} ${users[record.user ?? 0]}`;
      const sums = this.usage.get(key) ?? { seconds: 0, launches: 0, slots: new Set() };
      const launches = Object.values(record.launches ?? {}).reduce((sum, each) => sum + Number(each), 0);
      sums.seconds = Math.max(sums.seconds, record.seconds ?? 0);
      sums.launches = Math.max(sums.launches, launches);
      for (const slot of decodeSlots(record.slots ?? new Uint8Array()) ?? []) sums.slots.add(slot);
      this.usage.set(key, sums);
    }
    for (const each of usage.coverage ?? []) {
      const key = `${each.day} ${runs[each.run ?? 0]}`;
      this.coverage.set(key, Math.max(this.coverage.get(key) ?? 0, each.seconds ?? 0));
    }
  }

  #directives(report: Report): DirectiveFields[] {
    const tag = { epoch: report.epoch?.id ?? new Uint8Array(), sequence: report.sequence };
    const directives: DirectiveFields[] = [];
    if (this.#resyncWanted) {
      this.resyncs++;
      const sameEpoch = Buffer.from(tag.epoch).toString('hex') === this.epoch;
      const head = sameEpoch ? { sequence: this.head, reportHash: this.headHash } : undefined;
      directives.push({ ...tag, resync: head ? { head } : {} });
    }
    const wanted = this.#lackingEvidence();
    if (wanted.length > 0) directives.push({ ...tag, sendEvidence: { executableIds: encodeIdList(wanted) } });
    return directives;
  }

  #lackingEvidence(): ExecutableId[] {
    if (!this.wantsEvidence) return [];
    const used = [...this.usage.keys()].map((key) => key.split(' ')[2] as string);
    return [...new Set([...this.inventory, ...used])].filter((id) => !this.evidence.has(id)).slice(0, 2000);
  }

  #takeEvidence(body: Buffer): Uint8Array {
    const { message } = openEnvelope(body, 'EvidenceBatch', (id) => this.#keys.get(id), MOST_MESSAGE_BYTES);
    this.messages.push(message);
    const batch = EvidenceBatch.decode(message);
    if (batch.records.length > 500) throw new Error('too many records');
    for (const record of batch.records) {
      const evidence = Uint8Array.from(record.evidence ?? []);
      const [id] = decodeIdList(record.executableId ?? new Uint8Array());
      const proven = identifyEvidence(evidence).executableId;
      if (proven !== id) throw new Error('evidence does not prove its id');
      this.evidence.set(proven, evidence);
    }
    const wanted = this.#lackingEvidence();
    const directives = wanted.length > 0 ? [{ sendEvidence: { executableIds: encodeIdList(wanted) } }] : [];
    return Acknowledgement.encode({ acceptedSequence: 0, directives }).finish();
  }

  /** The digest that its evidence and inventory really have; needs the evidence of all. */
  trueDigest(): InventoryDigest {
    let digest = EMPTY_DIGEST;
    for (const id of this.inventory)
      digest = digestAdd(digest, identifyEvidence(this.evidence.get(id) as Uint8Array).digestPart);
    return digest;
  }
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function problem(
  response: ServerResponse,
  status: number,
  code: string,
  permanent: boolean,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    .end(JSON.stringify({ code, title: code, detail: `the test said ${code}`, permanent }));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
