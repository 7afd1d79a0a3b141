/** What to look for and where, from the settings of all layers. Pure. */
import type { AgentConfig } from '../config/schema.ts';
import type { FindingConfig } from '../finder.ts';
import type { Ceiling } from './ceiling.ts';
import type { SettingValues } from './layered-settings.ts';

export function findingConfig(config: AgentConfig, values: SettingValues, ceiling: Ceiling): FindingConfig {
  const { roots, settleMs, mostHomePrograms } = config;
  const { hashCpuPercent, hashGently, hashFileMebibytes, hashFileSeconds } = config;
  const { rescanSeconds, hashMebibytesPerSecond, additionalRoots, excludedFolders, homeFolders } = values;
  return {
    ...{ roots, settleMs, mostHomePrograms, rescanSeconds, hashMebibytesPerSecond },
    ...{ hashCpuPercent, hashGently, hashFileMebibytes, hashFileSeconds },
    ...{ additionalRoots, excludedFolders, homeFolders, rootsAtMost: ceiling.roots },
  };
}
