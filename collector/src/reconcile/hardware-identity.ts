/**
 * Whether two devices are the same computer, by what their firmware says. Pure. Each sign is weak: a UUID may be a whole
 * series', a serial follows a repair, a network card moves. So it takes two that agree and none that disagrees.
 */
import type { HostFactsFields } from '@fleetmeter/proto';
import { isJunkMac, isJunkSerial, isJunkUuid, twinOf } from './junk-hardware.ts';

/** Without what tells nothing; empty where nothing is left. */
export interface HardwareIdentity {
  /** 32 lower hex digits; the smaller of the two byte orders, so that who swaps them does not matter. */
  uuid: string;
  /** Lower case. */
  serial: string;
  /** 12 lower hex digits each, ascending, unique, a few at most. */
  macs: readonly string[];
}

export type HardwareVerdict = 'same' | 'different' | 'not-enough';

/** Of a server with many cards the first ones identify it well enough. */
const MOST_MACS = 8;
const LONGEST_SERIAL = 128;

export function hardwareIdentityOf(fields: NonNullable<HostFactsFields['hardware']>): HardwareIdentity {
  const uuid = uuidOf(fields.systemUuid);
  return { uuid, serial: serialOf(fields.serial ?? '', uuid), macs: macsOf(fields.macAddresses ?? []) };
}

/** Each sign with its kind, as it is compared with those of other devices. */
export function signsOf({ uuid, serial, macs }: HardwareIdentity): string[] {
  return [
    ...(uuid === '' ? [] : [`uuid ${uuid}`]),
    ...(serial === '' ? [] : [`serial ${serial}`]),
    ...macs.map((mac) => `mac ${mac}`),
  ];
}

/** `isShared` says of a sign that too many devices have it for it to mean anything. */
export function compareHardware(
  a: HardwareIdentity,
  b: HardwareIdentity,
  isShared: (sign: string) => boolean,
): HardwareVerdict {
  const uuid = agreement(a.uuid, b.uuid, isShared(`uuid ${a.uuid}`));
  const serial = agreement(a.serial, b.serial, isShared(`serial ${a.serial}`));
  if (uuid === 'disagree' || serial === 'disagree') return 'different';
  const card = a.macs.some((mac) => b.macs.includes(mac) && !isShared(`mac ${mac}`));
  const agreeing = [uuid === 'agree', serial === 'agree', card].filter(Boolean).length;
  return agreeing >= 2 ? 'same' : 'not-enough';
}

function agreement(a: string, b: string, shared: boolean): 'agree' | 'disagree' | 'unknown' {
  if (a === '' || b === '') return 'unknown';
  if (a !== b) return 'disagree';
  return shared ? 'unknown' : 'agree';
}

function uuidOf(bytes: Uint8Array | null | undefined): string {
  if (bytes?.length !== 16) return '';
  const hex = Buffer.from(bytes).toString('hex');
  if (isJunkUuid(hex)) return '';
  return [hex, twinOf(hex)].sort()[0] as string;
}

/** Hypervisors print the UUID once more as the serial: that is one sign and not two. */
function serialOf(text: string, uuid: string): string {
  const serial = text.trim().toLowerCase().slice(0, LONGEST_SERIAL);
  const digits = serial.replace(/^(?:vmware|parallels)-/, '').replace(/[^0-9a-f]/g, '');
  if (uuid !== '' && (digits === uuid || digits === twinOf(uuid))) return '';
  return isJunkSerial(serial) ? '' : serial;
}

function macsOf(addresses: readonly Uint8Array[]): string[] {
  const hex = addresses
    .filter((address) => address.length === 6)
    .map((address) => Buffer.from(address).toString('hex'))
    .filter((address) => !isJunkMac(address));
  return [...new Set(hex)].sort().slice(0, MOST_MACS);
}
