/** What it costs to open a report: at the door, with its signature, and again when it is processed. */
import { MAX_MESSAGE_BYTES } from '@fleetmeter/proto';
import { openEnvelope, reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { systemClock } from '../../clock/clock.ts';
import type { ReceiverControl } from '../../control/contract/receiver-control.ts';
import { decodeRecord } from '../../process/decode-record.ts';
import { openReport } from '../../receive/open-message.ts';
import type { StreamRecord } from '../../stream/stream.ts';
import type { ConstantValues } from '../constants.ts';
import type { CpuLaps } from './cpu-laps.ts';
import { solveTwo } from './solve-costs.ts';
import type { SyntheticFleet } from './synthetic-fleet.ts';

const IDS = { few: 200, many: 2000 };
const USAGE_ROWS = 20;
const ENVELOPES = 100;
/** Each envelope is opened so often for one value, and the median of so many values counts. */
const TIMES = 3;
const VALUES = 5;
const KIB = 1024;

export interface SampleReports {
  idle: StreamRecord[];
  used: StreamRecord[];
  fewIds: StreamRecord[];
  manyIds: StreamRecord[];
}

export function sampleReports(fleet: SyntheticFleet): SampleReports {
  const small = Array.from({ length: ENVELOPES }, () => fleet.device(IDS.few));
  const large = Array.from({ length: ENVELOPES }, () => fleet.device(IDS.many));
  const first = { fewIds: small, manyIds: large };
  return {
    fewIds: first.fewIds.map((device) => fleet.record(device, device.firstReport())),
    manyIds: first.manyIds.map((device) => fleet.record(device, device.firstReport())),
    idle: small.map((device) => fleet.record(device, device.usageReport(fleet.today, 0))),
    used: small.map((device) => fleet.record(device, device.usageReport(fleet.today, USAGE_ROWS))),
  };
}

export async function measureOpening(
  laps: CpuLaps,
  control: ReceiverControl,
  samples: SampleReports,
): Promise<Partial<ConstantValues>> {
  const each = async (records: readonly StreamRecord[], work: (record: StreamRecord) => unknown) => {
    for (const record of records) work(record);
    const values: number[] = [];
    while (values.length < VALUES) {
      const { collectorUs } = await laps.lap(() => {
        for (let time = 0; time < TIMES; time++) for (const record of records) work(record);
      });
      values.push(collectorUs / TIMES / records.length);
    }
    return values.sort((a, b) => a - b)[Math.floor(VALUES / 2)] as number;
  };
  const findKey = (keyId: string) => control.findKey(keyId, systemClock.now())?.publicKey;
  const verified = ({ envelope }: StreamRecord) =>
    openEnvelope(envelope, 'Report', findKey, MAX_MESSAGE_BYTES);
  const inflated = ({ envelope }: StreamRecord) =>
    reopenVerifiedEnvelope(envelope, 'Report', MAX_MESSAGE_BYTES);
  const opened = ({ envelope }: StreamRecord) => openReport(envelope, control, systemClock.now());

  const signatureOf = async (records: readonly StreamRecord[]) =>
    (await each(records, verified)) - (await each(records, inflated));
  const signature = {
    idle: await signatureOf(samples.idle),
    manyIds: await signatureOf(samples.manyIds),
  };
  const bytes = { idle: meanBytes(samples.idle), manyIds: meanBytes(samples.manyIds) };
  const perKib = solveTwo(
    { things: bytes.idle / KIB, cost: signature.idle },
    { things: bytes.manyIds / KIB, cost: signature.manyIds },
  );
  const signing = (records: readonly StreamRecord[]) =>
    perKib.item + (perKib.thing * meanBytes(records)) / KIB;
  const opening = async (records: readonly StreamRecord[]) =>
    (await each(records, opened)) - signing(records);
  const decoding = (records: readonly StreamRecord[]) => each(records, decodeRecord);

  const open = {
    idle: await opening(samples.idle),
    used: await opening(samples.used),
    ids: solveTwo(
      { things: IDS.few, cost: await opening(samples.fewIds) },
      { things: IDS.many, cost: await opening(samples.manyIds) },
    ),
  };
  const decode = {
    idle: await decoding(samples.idle),
    used: await decoding(samples.used),
    ids: solveTwo(
      { things: IDS.few, cost: await decoding(samples.fewIds) },
      { things: IDS.many, cost: await decoding(samples.manyIds) },
    ),
  };
  return {
    signatureUs: perKib.item,
    signatureKibUs: perKib.thing,
    openUs: open.idle,
    openIdUs: open.ids.thing,
    openUsageRowUs: Math.max(0, open.used - open.idle) / USAGE_ROWS,
    decodeUs: decode.idle,
    decodeIdUs: decode.ids.thing,
    decodeUsageRowUs: Math.max(0, decode.used - decode.idle) / USAGE_ROWS,
    reportBytes: bytes.idle,
    idBytes: (bytes.manyIds - meanBytes(samples.fewIds)) / (IDS.many - IDS.few),
    usageRowBytes: (meanBytes(samples.used) - bytes.idle) / USAGE_ROWS,
  };
}

export function meanBytes(records: readonly StreamRecord[]): number {
  return records.reduce((sum, { envelope }) => sum + envelope.length, 0) / records.length;
}
