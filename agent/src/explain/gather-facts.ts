/** Looks at the path and reads the store of an agent, running or not, without disturbing it. */
import { closeSync, existsSync, lstatSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ExecutableFormat, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import type { LoadedConfig } from '../config/load-config.ts';
import { isBeyondLimits } from '../evidence/file-evidence.ts';
import { type FindingConfig, scopeOf } from '../finder.ts';
import { describeOpened } from '../hash/describe-opened.ts';
import { openRegularFile } from '../hash/regular-file.ts';
import { readCeiling } from '../settings/ceiling.ts';
import { NO_COLLECTOR_SETTINGS } from '../settings/collector-settings.ts';
import { findingConfig } from '../settings/finding-config.ts';
import { layeredSettings, type SettingValues } from '../settings/layered-settings.ts';
import type { AgentStatus } from '../status/agent-status.ts';
import { isAlive } from '../status/read-status.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateForReading } from '../store/state-database.ts';
import { StateError } from '../store/state-error.ts';
import { stateFolderOf } from '../store/state-folder.ts';
import { executableFormat, FORMAT_BYTES } from '../watch/executable-format.ts';
import { identityOf, isContentElsewhere, sameIdentity } from '../watch/file-identity.ts';
import type { FileIdentity } from '../watch/found-file.ts';
import { HomePlaces } from '../watch/home-places.ts';
import { isWithin } from '../watch/is-within.ts';
import { MountTable } from '../watch/mount-table.ts';
import { followLinks } from '../watch/real-path.ts';
import { findScanRoots, type ScanRootOptions, type ScanRoots } from '../watch/scan-roots.ts';
import { linkFacts } from './link-facts.ts';
import type { DiskFacts, ListedFacts, PathFacts, StoreFacts } from './path-facts.ts';

const EXECUTE_BITS = 0o111n;
const REPLACEMENT = '\ufffd';

/** `surroundings` replaces homes and mounts of this computer. `path` is absolute. */
export function gatherFacts(
  path: string,
  loaded: LoadedConfig,
  nowMs: number,
  surroundings: Pick<ScanRootOptions, 'homeFolder' | 'passwdFile' | 'mounts'> = {},
): PathFacts {
  const mounts = surroundings.mounts ?? MountTable.read();
  const mayLook: MayLook = (at) => !liesOnServer(at, mounts);
  // Files are listed by the real names of their folders; the last segment may itself be a link.
  const asked = join(followLinks(dirname(path), mayLook) ?? dirname(path), basename(path));
  const opened = openStore(loaded.config.dataDir);
  try {
    const config = findingOf(loaded, opened.store);
    const found = findScanRoots({
      ...scopeOf(config),
      ...{ ...surroundings, mounts },
      ...(config.roots && { paths: config.roots }),
    });
    const limited = mounts.withLimits(found.limits);
    const place = placeOf(asked, found, limited, mayLook);
    const { disk, identity } = lookAt(asked, nowMs, mayLook);
    return {
      path: asked,
      askedAs: place.root === undefined && rootOf(path, found) !== undefined ? path : undefined,
      disk: disk.kind === 'link' ? linkAt(asked, place, found, limited, mayLook) : disk,
      ...place,
      largestFile: loaded.config.hashFileMebibytes * 1_048_576,
      settleMs: config.settleMs,
      store: opened.store && storeFacts(opened.store, asked, identity),
      storeFault: opened.fault,
    };
  } finally {
    opened.store?.close();
  }
}

type MayLook = (path: string) => boolean;

/** Its server may have died: whoever looks at it then waits for ever. */
function liesOnServer(path: string, mounts: MountTable): boolean {
  const exclusion = mounts.exclusionAround(path);
  return exclusion?.reason === 'excluded-file-system' && exclusion.kind === 'network';
}

function openStore(dataDir: string): { store: AgentStore | undefined; fault: string | undefined } {
  try {
    return { store: agentStore(openStateForReading(stateFolderOf(dataDir))), fault: undefined };
  } catch (error) {
    const absent = error instanceof StateError && error.fault === 'absent';
    return { store: undefined, fault: absent ? undefined : (error as Error).message };
  }
}

/** As the agent would look with this configuration and what its collector last set. */
function findingOf(loaded: LoadedConfig, store: AgentStore | undefined): FindingConfig {
  const ceiling = readCeiling(loaded.config.ceilingFile);
  const collector = { ...NO_COLLECTOR_SETTINGS, ...store?.facts.read('settings') };
  const layered = layeredSettings(loaded, collector.settings, ceiling);
  const values = Object.fromEntries(Object.entries(layered).map(([name, { value }]) => [name, value]));
  return findingConfig(loaded.config, values as SettingValues, ceiling);
}

type Place = Pick<PathFacts, 'root' | 'excluded' | 'fileSystem' | 'inHome' | 'rollUp'>;

function placeOf(path: string, found: ScanRoots, mounts: MountTable, mayLook: MayLook): Place {
  const root = rootOf(path, found);
  const places = new HomePlaces({ homes: found.ruledHomes, named: found.named });
  noteEnvironments(places, path, mayLook);
  return {
    root,
    excluded: exclusionOnTheWay(path, root ?? found.excluded.find((each) => isWithin(path, each)), mounts),
    fileSystem: mounts.typeAround(path),
    inHome: places.isInHome(path),
    rollUp: places.rollUpOf(path),
  };
}

function rootOf(path: string, { roots }: ScanRoots): string | undefined {
  return roots.find((each) => isWithin(path, each.path))?.path;
}

/** Where nothing is looked for no link is met. */
function linkAt(
  path: string,
  { root, excluded }: Place,
  { roots }: ScanRoots,
  mounts: MountTable,
  mayLook: MayLook,
): DiskFacts {
  const isMet = root !== undefined && excluded === undefined;
  return linkFacts(path, isMet ? roots.map((each) => each.path) : [], mounts, mayLook);
}

function exclusionOnTheWay(
  path: string,
  root: string | undefined,
  mounts: MountTable,
): PathFacts['excluded'] {
  const around = mounts.exclusionAround(path);
  const folders: string[] = [];
  for (let at = path; root !== undefined && at !== root && at.length > root.length; at = dirname(at))
    folders.unshift(at);
  for (const at of folders) {
    const exclusion = mounts.exclusionAt(at);
    if (exclusion) return { at, ...exclusion };
  }
  return around && { at: root ?? dirname(path), ...around };
}

function noteEnvironments(places: HomePlaces, path: string, mayLook: MayLook): void {
  if (!places.isInHome(path)) return;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (mayLook(folder) && existsSync(join(folder, 'pyvenv.cfg'))) places.noteEnvironment(folder);
}

function lookAt(path: string, nowMs: number, mayLook: MayLook): { disk: DiskFacts; identity?: FileIdentity } {
  if (!mayLook(path)) return { disk: { kind: 'not-looked-at' } };
  if (path.includes(REPLACEMENT)) return { disk: { kind: 'not-unicode' } };
  try {
    const stats = lstatSync(path, { bigint: true });
    if (stats.isSymbolicLink()) return { disk: { kind: 'link', to: path } };
    if (stats.isDirectory()) return { disk: { kind: 'folder' } };
    if (!stats.isFile()) return { disk: { kind: 'not-regular' } };
    const contentElsewhere = isContentElsewhere(stats);
    const read = contentElsewhere ? undefined : whatItSays(path, Number(stats.size));
    return {
      identity: identityOf(stats),
      disk: {
        kind: 'file',
        size: Number(stats.size),
        executeBit: (stats.mode & EXECUTE_BITS) !== 0n,
        contentElsewhere,
        format: read?.format,
        readable: read !== undefined,
        beyondLimits: read?.beyondLimits ?? false,
        changedAgoMs: nowMs - Number(stats.ctimeMs),
      },
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { disk: { kind: code === 'ENOENT' || code === 'ENOTDIR' ? 'nothing' : 'path-unreadable' } };
  }
}

/** undefined: it may not be read. */
function whatItSays(
  path: string,
  size: number,
): { format: ExecutableFormat | undefined; beyondLimits: boolean } | undefined {
  try {
    const opened = openRegularFile(path);
    if (typeof opened === 'string') return undefined;
    const { descriptor } = opened;
    try {
      const bytes = Buffer.alloc(FORMAT_BYTES);
      const first = bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
      const format = executableFormat(first);
      if (format === undefined) return { format, beyondLimits: false };
      return { format, beyondLimits: isBeyondLimits(describeOpened(format, first, descriptor, size)) };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

function storeFacts(store: AgentStore, path: string, identity: FileIdentity | undefined): StoreFacts {
  return store.readTogether(() => {
    const status = store.facts.read('status') as AgentStatus | undefined;
    const twin = identity && store.inventory.fileWith(identity)?.path;
    return {
      agentRuns: status !== undefined && isAlive(status.pid),
      firstScanFinished: store.facts.read('firstScanFinished') ?? false,
      homePrograms: status?.finding.homePrograms,
      ranOn: store.inventory.ranOn(path),
      listed: listedFacts(store, path, identity),
      twin: twin === path ? undefined : twin,
      lastReport: store.facts.read('lastReport'),
    };
  });
}

function listedFacts(
  store: AgentStore,
  path: string,
  identity: FileIdentity | undefined,
): ListedFacts | undefined {
  const file = store.inventory.fileAt(path);
  if (!file) return undefined;
  const { executableId } = identifyEvidence(encodeEvidence(file.evidence));
  const touched = store.inventory.presenceOf(executableId)?.touched;
  const ackedTouch = store.outbox.epoch()?.ackedTouch ?? 0;
  return {
    executableId,
    evidence: file.evidence,
    hashedOn: store.inventory.hashedOn(path),
    unchanged: identity !== undefined && sameIdentity(identity, file.identity),
    acknowledged: touched !== undefined && touched <= ackedTouch,
  };
}
