/** A device's facts as a row; what the device cannot tell stays "not known". */
import type { HostFactsFields } from '@fleetmeter/proto';
import type { FactRow } from '../clickhouse/fact-tables.ts';

export function hostFactsRow(
  deviceId: string,
  receivedAt: number,
  host: HostFactsFields,
): FactRow<'host_facts'> {
  return {
    device_id64: BigInt(`0x${deviceId}`),
    version: BigInt(receivedAt),
    hostname: host.hostname ?? '',
    os: host.os ?? '',
    os_name: host.osName ?? '',
    os_version: host.osVersion ?? '',
    architecture: host.architecture ?? '',
    kernel: host.kernel ?? '',
    cpu_count: host.cpuCount ?? 0,
    memory_mib: host.memoryMib ?? 0,
    agent_version: host.agentVersion ?? '',
    system_uuid: host.hardware?.systemUuid ?? '',
    serial: host.hardware?.serial ?? '',
    mac_addresses: host.hardware?.macAddresses ?? [],
    join_kind: host.joinKind ?? 0,
    management_id: host.managementId ?? '',
    ephemeral: threeValued(host.ephemeral),
    is_virtual: threeValued(host.virtual),
  };
}

function threeValued(value: boolean | null | undefined): number {
  return value === undefined || value === null ? 2 : value ? 1 : 0;
}
