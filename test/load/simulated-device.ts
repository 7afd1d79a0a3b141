/**
 * One device of the fleet for as long as it has something to say. Its reports are composed, encoded, compressed and
 * signed by the agent's own code from what the histories say is true; directives are decided by the agent's code too.
 */
import {
  type AcknowledgementFields,
  type AgentCostFields,
  digestAdd,
  digestRemove,
  EMPTY_DIGEST,
  EnrolRequest,
  type ExecutableId,
  envelopeHash,
  type HostFactsFields,
  type InventoryDigest,
  Report,
  sealEnvelope,
} from '@fleetmeter/proto';
import { composeReport, needsBaseline } from '../../agent/src/delta/compose-report.ts';
import { decideDirective } from '../../agent/src/delta/directive-decision.ts';
import type { EpochState } from '../../agent/src/delta/epoch-state.ts';
import { slotPermutation } from '../../agent/src/usage/slot-permutation.ts';
import type { DeviceHistory } from './device-history.ts';
import { deviceKey, secretOf } from './device-secrets.ts';
import type { FleetMemory } from './fleet-memory.ts';
import { OPERATING_SYSTEMS, type OperatingSystem } from './operating-systems.ts';
import type { UsageHistory } from './usage-history.ts';
import { dueUsage, type UsageOfDevice } from './usage-rows.ts';

export interface SimulatedWorld {
  history: DeviceHistory;
  usage: UsageHistory;
  memory: FleetMemory;
  /** Days since 1970 of the first day of the simulation, and the hour of it from which programs are metered. */
  firstDay: number;
  meterHour: number;
  /** 16 bytes, as learnt at enrolment. */
  collectorId: Uint8Array;
}

/** A report that is durable on the device and not acknowledged. */
export interface PendingReport {
  device: number;
  sequence: number;
  envelope: Uint8Array;
  /** What the report brings the collector up to. */
  hour: number;
  digest: InventoryDigest;
}

const SECONDS_A_DAY = 86_400;
const SECONDS_AN_HOUR = 3600;
/** Reports of a fleet come spread over the hour after the one they speak of. */
const JITTER_SECONDS = 600;

export function enrolRequest(world: SimulatedWorld, device: number, secret: string): Uint8Array {
  const key = deviceKey(seedOf(world), device);
  const message = EnrolRequest.encode({
    publicKey: key.publicKey,
    secret,
    host: hostFacts(world, device),
  }).finish();
  return sealEnvelope('EnrolRequest', message, key);
}

/** The report of everything before `hour`. The one before must be acknowledged. */
export function composePending(world: SimulatedWorld, device: number, hour: number): PendingReport {
  const { memory } = world;
  const epoch = epochState(world, device);
  const baseline = needsBaseline(epoch);
  const inventory = baseline ? wholeInventory(world, device, hour) : changedInventory(world, device, hour);
  const seed = seedOf(world);
  const slotSecret = secretOf(seed, device, 'slots');
  const { records, coverage } = dueUsage(
    world.usage,
    world.history.catalogue,
    usageOf(world, device),
    memory.usageHour[device] as number,
    Math.max(hour, memory.usageHour[device] as number),
  );
  const permutations = new Map<number, Uint16Array>();
  const fields = composeReport({
    collectorId: world.collectorId,
    deviceId: memory.deviceId(device),
    epoch,
    previousHash: memory.hashOf(device, epoch.sequence),
    composedAt:
      world.firstDay * SECONDS_A_DAY +
      hour * SECONDS_AN_HOUR +
      (secretOf(seed, device, `jitter ${hour}`).readUInt16LE(0) % JITTER_SECONDS),
    utcOffsetSeconds: world.usage.offsetHoursOf(device) * SECONDS_AN_HOUR,
    ...inventory,
    usage: {
      records,
      coverage,
      // Nothing of a fleet under load gets lost.
      digests: [],
      permutation: (day) => {
        const permutation = permutations.get(day) ?? slotPermutation(slotSecret, day);
        permutations.set(day, permutation);
        return permutation;
      },
    },
    host: baseline || memory.hostAcknowledged[device] === 0 ? hostFacts(world, device) : undefined,
    noticeSerial: 0,
    cost: agentCost(device, hour, inventory.digest.count),
  });
  const envelope = sealEnvelope('Report', Report.encode(fields).finish(), deviceKey(seed, device));
  const sequence = epoch.sequence + 1;
  memory.sequence[device] = sequence;
  memory.setHash(device, envelopeHash(envelope));
  if (baseline) {
    memory.baselineSequence[device] = sequence;
    memory.baselineWanted[device] = 0;
  }
  return { device, sequence, envelope, hour, digest: inventory.digest };
}

/** The collector has it. Returns the ids whose evidence it asks for. */
export function acceptAcknowledgement(
  world: SimulatedWorld,
  pending: PendingReport,
  acknowledgement: AcknowledgementFields,
): ExecutableId[] {
  const { memory } = world;
  const { device, sequence, hour, digest } = pending;
  if (acknowledgement.acceptedSequence !== sequence)
    throw new Error(`report ${sequence} was acknowledged as ${acknowledgement.acceptedSequence}`);
  memory.inventoryHour[device] = hour;
  memory.usageHour[device] = Math.max(hour, memory.usageHour[device] as number);
  memory.hostAcknowledged[device] = 1;
  memory.setDigest(device, digest);
  return obey(world, device, acknowledgement);
}

export function obey(
  world: SimulatedWorld,
  device: number,
  { directives }: AcknowledgementFields,
): ExecutableId[] {
  const { memory } = world;
  const wanted: ExecutableId[] = [];
  for (const directive of directives ?? []) {
    const decision = decideDirective(directive, {
      epoch: epochState(world, device),
      hashOf: (sequence) => memory.hashOf(device, sequence),
    });
    if (decision.do === 'send-evidence') wanted.push(...decision.executableIds);
    else if (decision.do === 'send-baseline') memory.baselineWanted[device] = 1;
    else if (decision.do === 'resend-usage')
      memory.usageHour[device] = Math.max(
        world.meterHour,
        ((decision.usage.sinceDay ?? 0) - world.firstDay) * 24,
      );
    else if (decision.do === 'open-child-epoch')
      throw new Error(`device ${device} was told that it was rewound, which it was not`);
  }
  return wanted;
}

interface ReportedInventory {
  digest: InventoryDigest;
  present: ExecutableId[];
  absent: ExecutableId[];
}

function wholeInventory({ history }: SimulatedWorld, device: number, hour: number): ReportedInventory {
  const installed = history.installedAt(device, hour);
  const digest = installed.reduce(
    (sum, each) => digestAdd(sum, history.catalogue.digestPartOf(each)),
    EMPTY_DIGEST,
  );
  return { digest, present: installed.map((each) => history.catalogue.idOf(each)), absent: [] };
}

function changedInventory(world: SimulatedWorld, device: number, hour: number): ReportedInventory {
  const { history, memory } = world;
  const { catalogue } = history;
  const since = memory.inventoryHour[device] as number;
  const { appeared, disappeared } = history.changedBetween(device, since, hour);
  let digest = memory.digest(device);
  for (const each of appeared) digest = digestAdd(digest, catalogue.digestPartOf(each));
  for (const each of disappeared) digest = digestRemove(digest, catalogue.digestPartOf(each));
  const ids = (executables: number[]) => executables.map((each) => catalogue.idOf(each));
  return { digest, present: ids(appeared), absent: ids(disappeared) };
}

function epochState(world: SimulatedWorld, device: number): EpochState {
  const { memory } = world;
  return {
    id: secretOf(seedOf(world), device, 'epoch', 16),
    parent: undefined,
    sequence: memory.sequence[device] as number,
    baselineSequence: memory.baselineSequence[device] as number,
    baselineWanted: memory.baselineWanted[device] === 1,
    ackedDigest: memory.digest(device),
    ackedTouch: 0,
    ackedHostHash: '',
  };
}

function usageOf(world: SimulatedWorld, device: number): UsageOfDevice {
  const seed = seedOf(world);
  return {
    device,
    firstDay: world.firstDay,
    meterHour: world.meterHour,
    runName: (run) => secretOf(seed, device, `run ${run}`, 8).toString('hex'),
    userName: (user) => secretOf(seed, device, `user ${user}`, 8).toString('hex'),
  };
}

/** What its owner would call it. */
export const hostName = (device: number): string => `host-${String(device).padStart(7, '0')}`;

function hostFacts(world: SimulatedWorld, device: number): HostFactsFields {
  const system = OPERATING_SYSTEMS[world.history.population.systemOf(device)] as OperatingSystem;
  const bits = secretOf(seedOf(world), device, 'host');
  return {
    hostname: hostName(device),
    os: system.os,
    osName: system.name,
    osVersion: system.version,
    architecture: system.architecture,
    kernel: system.kernel,
    cpuCount: 4 << (bits.readUInt8(0) % 3),
    memoryMib: 8192 << (bits.readUInt8(1) % 3),
    agentVersion: '0.1.0',
    hardware: {
      systemUuid: bits.subarray(0, 16),
      systemUuidLittleEndian: Buffer.from(bits.subarray(0, 16)).reverse(),
      serial: bits.toString('hex', 16, 22).toUpperCase(),
      macAddresses: [bits.subarray(22, 28)],
    },
    virtual: bits.readUInt8(2) < 64,
  };
}

function agentCost(device: number, hour: number, executables: number): AgentCostFields {
  const uptimeSeconds = (hour + 1) * SECONDS_AN_HOUR + (device % SECONDS_AN_HOUR);
  return {
    uptimeSeconds,
    cpuMilliseconds: uptimeSeconds * 2,
    residentKib: 70_000 + (device % 10_000),
    filesHashed: executables,
    hashedKib: executables * 300,
    sentKib: 20 + hour,
    watches: 400,
  };
}

const seedOf = (world: SimulatedWorld): number => world.history.population.size.seed;
