/** A device that says what a test tells it to, over real HTTP with real signatures. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  Acknowledgement,
  ENVELOPE_CONTENT_TYPE,
  EnrolRequest,
  EnrolResponse,
  EvidenceBatch,
  type EvidenceRecordFields,
  keyIdOf,
  type MessageKind,
  Report,
  type ReportFields,
  type SigningKey,
  sealEnvelope,
} from '@fleetmeter/proto';

export interface Answer {
  status: number;
  body: Buffer;
}

export class ScriptedDevice {
  deviceId: Uint8Array = new Uint8Array(8);
  readonly epochId = randomBytes(16);
  readonly #url: string;
  #publicKey!: Uint8Array;
  #privateKey!: KeyObject;
  #collectorId: Uint8Array = new Uint8Array(16);

  constructor(url: string) {
    this.#url = url;
    this.#makeKey();
  }

  #makeKey(): void {
    const pair = generateKeyPairSync('ed25519');
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  }

  get hexId(): string {
    return Buffer.from(this.deviceId).toString('hex');
  }

  enrolRequest(hostname: string, secret: string): Uint8Array {
    const fields = { publicKey: this.#publicKey, secret, host: { hostname, os: 'linux' } };
    return this.seal('EnrolRequest', EnrolRequest.encode(fields).finish());
  }

  async enrol(hostname: string, secret: string): Promise<void> {
    const answer = await this.post('enrol', this.enrolRequest(hostname, secret));
    if (answer.status !== 200) throw new Error(answer.body.toString());
    const response = EnrolResponse.decode(answer.body);
    this.deviceId = Uint8Array.from(response.deviceId);
    this.#collectorId = Uint8Array.from(response.collectorId);
  }

  /** Signs with another key once the collector agreed; the result seals under the key before it. */
  async replaceKey(): Promise<(kind: MessageKind, message: Uint8Array) => Uint8Array> {
    const [previousKey, previous] = [this.#publicKey, this.#signingKey()];
    this.#makeKey();
    const [publicKey, next] = [this.#publicKey, this.#signingKey()];
    // Until the answer is here what is sent meanwhile is signed as before.
    [this.#publicKey, this.#privateKey] = [previousKey, previous.privateKey];
    const message = EnrolRequest.encode({ publicKey, previousKey }).finish();
    const answer = await this.post('enrol', sealEnvelope('EnrolRequest', message, next, previous));
    if (answer.status !== 200) throw new Error(answer.body.toString());
    [this.#publicKey, this.#privateKey] = [publicKey, next.privateKey];
    return (kind, encoded) => sealEnvelope(kind, encoded, previous);
  }

  reportMessage(fields: ReportFields): Uint8Array {
    const whole = {
      ...this.#address(),
      epoch: { id: this.epochId },
      composedAt: Math.floor(Date.now() / 1000),
      ...fields,
    };
    return Report.encode(whole).finish();
  }

  /** Joins another collector with the same key, and stays who it is here. */
  async enrolAt(url: string, secret: string): Promise<void> {
    const answer = await postTo(url, 'enrol', this.enrolRequest('here too', secret));
    if (answer.status !== 200) throw new Error(answer.body.toString());
  }

  report(fields: ReportFields): Uint8Array {
    return this.seal('Report', this.reportMessage(fields));
  }

  evidence(records: EvidenceRecordFields[]): Uint8Array {
    return this.seal('EvidenceBatch', EvidenceBatch.encode({ ...this.#address(), records }).finish());
  }

  seal(kind: MessageKind, message: Uint8Array): Uint8Array {
    return sealEnvelope(kind, message, this.#signingKey());
  }

  #signingKey(): SigningKey {
    return { keyId: keyIdOf(this.#publicKey), privateKey: this.#privateKey };
  }

  post(route: Route, body: Uint8Array): Promise<Answer> {
    return postTo(this.#url, route, body);
  }

  async acknowledged(route: 'report' | 'evidence', body: Uint8Array): Promise<Acknowledgement> {
    const answer = await this.post(route, body);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString()}`);
    return Acknowledgement.decode(answer.body);
  }

  #address(): { collectorId: Uint8Array; deviceId: Uint8Array } {
    return { collectorId: this.#collectorId, deviceId: this.deviceId };
  }
}

type Route = 'enrol' | 'report' | 'evidence';

async function postTo(url: string, route: Route, body: Uint8Array): Promise<Answer> {
  const headers = { 'content-type': ENVELOPE_CONTENT_TYPE };
  const answer = await fetch(`${url}/v1/${route}`, { method: 'POST', headers, body: Buffer.from(body) });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
}
