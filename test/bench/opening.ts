/** What opening envelopes costs, with the libraries that do it here and with those that come with the runtime. */
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { keyIdOf, type MessageKind, sealEnvelope } from '@fleetmeter/proto';
import { openEnvelope, reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { type Bench, type Figures, plain } from './bench.ts';

/** Bytes of an hourly report, and of a first inventory of 2,000 ids. */
const SIZES = { Small: 400, Large: 16_384 };
const KIND: MessageKind = 'Report';
const MAX_BYTES = 1 << 20;
/** Not counted, so that what is counted is compiled. */
const WARM_UP = 500;

export const opening: Bench = {
  name: 'opening',
  about: 'CPU of verifying and of inflating an envelope, beside the same work by the runtime itself',
  flags: { times: { meaning: 'repetitions of each', default: 5_000 } },
  smoke: { times: 50 },
  run,
};

async function run({ times = 0 }: Record<string, number>): Promise<Figures> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const key = { keyId: keyIdOf(raw), privateKey };
  const figures: Figures = {};
  for (const [name, bytes] of Object.entries(SIZES)) {
    const message = randomBytes(bytes);
    const sealed = sealEnvelope(KIND, message, key);
    const { payload } = reopenVerifiedEnvelope(sealed, KIND, MAX_BYTES);
    const signature = new Uint8Array(64);
    const level = { params: { [constants.ZSTD_c_compressionLevel]: 9 } };
    const frame = zstdCompressSync(message, level);
    const asKey = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }));
    const inflate = microseconds(times, () => reopenVerifiedEnvelope(sealed, KIND, MAX_BYTES));
    const open = microseconds(times, () => openEnvelope(sealed, KIND, () => raw, MAX_BYTES));
    const micros = 'CPU us / envelope';
    figures[`inflateUs${name}`] = plain(inflate, micros);
    figures[`inflateByRuntimeUs${name}`] = plain(
      microseconds(times, () => zstdDecompressSync(frame, { maxOutputLength: MAX_BYTES })),
      micros,
    );
    figures[`verifyUs${name}`] = plain(open - inflate, micros);
    figures[`verifyByRuntimeUs${name}`] = plain(
      microseconds(times, () => verify(null, payload, asKey, signature)),
      micros,
    );
  }
  return figures;
}

function microseconds(times: number, work: () => unknown): number {
  for (let time = 0; time < WARM_UP; time++) work();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}
