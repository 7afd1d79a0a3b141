/** What this device is. Read at start and once a day. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, hostname, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { type HostFactsFields, JoinKind } from '@fleetmeter/proto';
import { readFirmware } from './firmware.ts';
import { cleanMacAddresses, cleanSerial, cleanSystemUuid } from './hardware-identity.ts';
import { readManagement } from './management.ts';
import { parseOsRelease } from './os-release.ts';

const NETWORK_INTERFACES = '/sys/class/net';
const PERMANENT_ADDRESS = '0';

/** Never rejects: what cannot be read is left out. `managementFile`: see management.ts. */
export async function readHostFacts(agentVersion: string, managementFile: string): Promise<HostFactsFields> {
  const firmware = await readFirmware();
  const uuid = cleanSystemUuid(firmware?.uuid);
  const osRelease = parseOsRelease(readText('/etc/os-release') || readText('/usr/lib/os-release'));
  const container = isContainer();
  const { managementId, groupTag } = readManagement(managementFile);
  return {
    hostname: hostname().split('.')[0] ?? '',
    os: platform(),
    osName: osRelease.prettyName || platform(),
    // Only Debian itself writes its point release there; its descendants write Debian's code name.
    osVersion: (osRelease.id === 'debian' && readText('/etc/debian_version').trim()) || osRelease.versionId,
    architecture: arch(),
    kernel: release(),
    cpuCount: availableParallelism(),
    memoryMib: Math.round(totalmem() / 1_048_576),
    agentVersion,
    hardware: {
      systemUuid: uuid.bigEndian,
      systemUuidLittleEndian: uuid.littleEndian,
      serial: cleanSerial(firmware?.serial),
      macAddresses: cleanMacAddresses(physicalAddresses()),
    },
    joinKind: JoinKind.JOIN_KIND_UNSPECIFIED,
    managementId,
    groupTag,
    ...(container && { ephemeral: true }),
    ...(firmware && { virtual: firmware.virtual || container }),
  };
}

/** Addresses burnt into hardware: an interface with a device below it whose address nobody set. */
function physicalAddresses(): string[] {
  return listFolder(NETWORK_INTERFACES)
    .map((name) => join(NETWORK_INTERFACES, name))
    .filter((folder) => existsSync(join(folder, 'device')))
    .filter((folder) => readText(join(folder, 'addr_assign_type')).trim() === PERMANENT_ADDRESS)
    .map((folder) => readText(join(folder, 'address')));
}

function isContainer(): boolean {
  return (
    existsSync('/.dockerenv') || existsSync('/run/.containerenv') || existsSync('/run/systemd/container')
  );
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
