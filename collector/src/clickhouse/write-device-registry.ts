/** Writes what the control store knows of devices, in bulk, for the derivations that read it. */
import type { DeviceLife } from '../control/device-lives.ts';
import type { ClickHouse } from './clickhouse.ts';
import { NativeBlock } from './native-block.ts';

const SHAPE = {
  device_id64: 'UInt64',
  version: 'UInt64',
  device_group: 'String',
  ephemeral: 'UInt8',
  revoked: 'UInt8',
  superseded_by64: 'UInt64',
  superseded_at: 'DateTime64',
  erased: 'UInt8',
} as const;

/** `now` in milliseconds since 1970: of two rows of a device the later written one counts. Safe to repeat. */
export async function writeDeviceRegistry(
  clickhouse: ClickHouse,
  devices: readonly DeviceLife[],
  now: number,
): Promise<void> {
  const block = new NativeBlock(SHAPE);
  for (const device of devices)
    block.append({
      device_id64: idNumber(device.deviceId),
      version: BigInt(now),
      device_group: device.erased ? '' : device.group,
      ephemeral: device.ephemeral ? 1 : 0,
      revoked: device.revoked ? 1 : 0,
      superseded_by64: device.supersededBy === undefined ? 0n : idNumber(device.supersededBy),
      superseded_at: device.supersededAt ?? 0,
      erased: device.erased ? 1 : 0,
    });
  await clickhouse.insert('device_registry', block);
}

const idNumber = (deviceId: string): bigint => BigInt(`0x${deviceId}`);
