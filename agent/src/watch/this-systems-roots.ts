/** The lists and rules of the operating system that the agent runs on; Linux's where there are no others. */
import type { PlatformRoots } from './platform-roots.ts';
import { DARWIN_ROOTS } from './scan-roots.darwin.ts';
import { LINUX_ROOTS } from './scan-roots.linux.ts';
import { type WindowsEnvironment, win32Roots } from './scan-roots.win32.ts';

export function thisSystemsRoots(
  platform: NodeJS.Platform = process.platform,
  environment: WindowsEnvironment = process.env,
): PlatformRoots {
  if (platform === 'darwin') return DARWIN_ROOTS;
  return platform === 'win32' ? win32Roots(environment) : LINUX_ROOTS;
}
