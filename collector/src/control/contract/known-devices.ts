/** Which devices there are, and what becomes of them. A part of ControlStore. */
import type { DeviceLives } from '../device-lives.ts';

export interface KnownDevices {
  deviceCount(): number;
  /** What becomes of devices after they joined. */
  readonly lives: DeviceLives;
  /** Everything that an erased device said or was asked, but not that it was erased. */
  forgetDevice(deviceId: string, now: number): void;
}
