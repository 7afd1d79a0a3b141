/** What the firmware says of the computer: the platform's own way, and `systeminformation` where there is none yet. */
import { readFirmware as readOnLinux } from './firmware.linux.ts';

export interface Firmware {
  /** As it is written there, junk included; hardware-identity.ts cleans it. */
  uuid: string | undefined;
  serial: string | undefined;
  /** The computer is a virtual machine. */
  virtual: boolean;
}

/** Undefined when it cannot be asked. Elsewhere than on Linux it starts child processes. */
export async function readFirmware(): Promise<Firmware | undefined> {
  if (process.platform === 'linux') return readOnLinux();
  const { system } = await import('systeminformation');
  return system().then(
    ({ uuid, serial, virtual }) => ({ uuid, serial, virtual: virtual === true }),
    () => undefined,
  );
}
