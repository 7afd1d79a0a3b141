/** What the computers of a simulated fleet run, and how their software is packaged. */
import type { ExecutableFormat } from '@fleetmeter/proto';

export interface OperatingSystem {
  /** As HostFacts.os. */
  os: 'linux' | 'win32' | 'darwin';
  name: string;
  version: string;
  architecture: 'x64' | 'arm64';
  kernel: string;
  format: ExecutableFormat;
  packageManager: string;
  packageArchitecture: string;
  /** Folder of programs that a package owns, normalised, with its slash. */
  programs: string;
  /** Folder of programs that nobody's package owns. */
  tools: string;
  /** Part of the fleet. */
  share: number;
}

/** A European office with its servers. A fleet too small for all of them has the first ones. */
export const OPERATING_SYSTEMS: readonly OperatingSystem[] = [
  {
    os: 'linux',
    name: 'Ubuntu 24.04.1 LTS',
    version: '24.04',
    architecture: 'x64',
    kernel: '6.8.0-45-generic',
    format: 'elf',
    packageManager: 'dpkg',
    packageArchitecture: 'amd64',
    programs: '/usr/bin/',
    tools: '~/.local/bin/',
    share: 0.3,
  },
  {
    os: 'win32',
    name: 'Windows 11 Enterprise',
    version: '10.0.22631',
    architecture: 'x64',
    kernel: '10.0.22631',
    format: 'pe',
    packageManager: 'msi',
    packageArchitecture: 'x64',
    programs: 'c:/program files/',
    tools: '~/appdata/local/programs/',
    share: 0.4,
  },
  {
    os: 'linux',
    name: 'Debian GNU/Linux 12',
    version: '12.7',
    architecture: 'x64',
    kernel: '6.1.0-25-amd64',
    format: 'elf',
    packageManager: 'dpkg',
    packageArchitecture: 'amd64',
    programs: '/usr/bin/',
    tools: '/opt/tools/',
    share: 0.2,
  },
  {
    os: 'darwin',
    name: 'macOS 15.0',
    version: '15.0',
    architecture: 'arm64',
    kernel: '24.0.0',
    format: 'macho',
    packageManager: 'pkgutil',
    packageArchitecture: 'arm64',
    programs: '/Applications/',
    tools: '~/.local/bin/',
    share: 0.1,
  },
];

/** Fewer would make most of a system's software lone by accident. */
const LEAST_DEVICES = 20;

/** How many devices run each system; adds up to `devices`. */
export function systemSizes(devices: number): number[] {
  const kinds = Math.max(1, Math.min(OPERATING_SYSTEMS.length, Math.floor(devices / LEAST_DEVICES)));
  const shares = OPERATING_SYSTEMS.slice(0, kinds).map(({ share }) => share);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const spare = devices - kinds * Math.min(LEAST_DEVICES, Math.floor(devices / kinds));
  const least = (devices - spare) / kinds;
  const sizes = shares.map((share) => least + Math.floor((spare * share) / whole));
  const given = sizes.reduce((sum, size) => sum + size, 0);
  sizes[0] = (sizes[0] as number) + devices - given;
  return sizes;
}
