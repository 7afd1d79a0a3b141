/** Whether the evidence of a program may leave the device as the settings are now, whenever it was collected. Pure. */
import { FolderLimits } from '../watch/folder-limits.ts';
import type { SettingValues } from './layered-settings.ts';

export type ToldScope = Pick<SettingValues, 'homeFolders' | 'excludedFolders'> & {
  rootsAtMost: readonly string[] | undefined;
};

/**
 * `path`: normalised, so that homes are `~`. What is installed was found within the scope. Of anything else nobody knows
 * in whose home it was: when roots are bounded it stays here.
 */
export function mayTellEvidence(path: string, isInstalled: boolean, scope: ToldScope): boolean {
  if (isInstalled) return true;
  if (path.startsWith('~')) return scope.homeFolders && scope.rootsAtMost === undefined;
  return !new FolderLimits({ excluded: scope.excludedFolders, atMost: scope.rootsAtMost }).forbids(path);
}
