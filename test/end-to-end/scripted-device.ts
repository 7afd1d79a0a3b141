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
  readonly #publicKey: Uint8Array;
  readonly #privateKey: KeyObject;
  #collectorId: Uint8Array = new Uint8Array(16);

  constructor(url: string) {
    this.#url = url;
    const pair = generateKeyPairSync('ed25519');
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  }

  get hexId(): string {
    return Buffer.from(this.deviceId).toString('hex');
  }

  async enrol(hostname: string, secret: string): Promise<void> {
    const message = EnrolRequest.encode({
      publicKey: this.#publicKey,
      secret,
      host: { hostname, os: 'linux' },
    }).finish();
    const answer = await this.post('enrol', this.seal('EnrolRequest', message));
    if (answer.status !== 200) throw new Error(answer.body.toString());
    const response = EnrolResponse.decode(answer.body);
    this.deviceId = Uint8Array.from(response.deviceId);
    this.#collectorId = Uint8Array.from(response.collectorId);
  }

  report(fields: ReportFields): Uint8Array {
    const whole = {
      ...this.#address(),
      epoch: { id: this.epochId },
      composedAt: Math.floor(Date.now() / 1000),
      ...fields,
    };
    return this.seal('Report', Report.encode(whole).finish());
  }

  evidence(records: EvidenceRecordFields[]): Uint8Array {
    return this.seal('EvidenceBatch', EvidenceBatch.encode({ ...this.#address(), records }).finish());
  }

  seal(kind: MessageKind, message: Uint8Array): Uint8Array {
    return sealEnvelope(kind, message, { keyId: keyIdOf(this.#publicKey), privateKey: this.#privateKey });
  }

  async post(route: 'enrol' | 'report' | 'evidence', body: Uint8Array): Promise<Answer> {
    const headers = { 'content-type': ENVELOPE_CONTENT_TYPE };
    const answer = await fetch(`${this.#url}/v1/${route}`, {
      method: 'POST',
      headers,
      body: Buffer.from(body),
    });
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
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
