/** Why a path is in the inventory or not, as one code and sentences. Pure. */
import { dirname } from 'node:path';
import { ROLL_UP_NAMES, type RollUpKind } from '../watch/home-places.ts';
import type { Exclusion } from '../watch/mount-table.ts';
import type { DiskFacts, LinkOutFacts, PathFacts, StoreFacts } from './path-facts.ts';

export type Verdict =
  | 'listed'
  | 'listed-and-changed'
  | 'not-listed-yet'
  | 'not-settled'
  | 'rolled-up'
  | 'home-limit'
  | 'outside-roots'
  | 'excluded-folder'
  | 'excluded-file-system'
  | 'symbolic-link'
  | 'link-out-of-roots'
  | 'nothing-there'
  | 'folder'
  | 'not-regular'
  | 'no-execute-bit'
  | 'no-program'
  | 'content-elsewhere'
  | 'too-large'
  | 'unreadable'
  | 'path-not-unicode';

export interface Explanation {
  verdict: Verdict;
  listed: boolean;
  why: string[];
}

export function explainPath(facts: PathFacts): Explanation {
  const [verdict, why] = ofPlace(facts) ?? ofDisk(facts) ?? ofHome(facts) ?? ofStore(facts);
  const listed = facts.store?.listed !== undefined;
  const notes = notesOn(facts, verdict);
  // The store tells what is listed; rules that say otherwise count from the next look on.
  if (listed && !verdict.startsWith('listed'))
    return {
      verdict,
      listed,
      why: [`it is listed still, and will not be after the next look: ${why}`, ...notes],
    };
  return { verdict, listed, why: [why, ...notes] };
}

type Finding = [verdict: Verdict, why: string];

function ofPlace({ root, excluded, disk }: PathFacts): Finding | undefined {
  if (disk.kind === 'not-unicode')
    return ['path-not-unicode', 'its name is no Unicode text, so it cannot be named in a report'];
  if (disk.kind === 'link' && disk.out) return ['link-out-of-roots', linkOutWhy(disk.to, disk.out)];
  if (disk.kind === 'link')
    return ['symbolic-link', `it is a symbolic link; links are not followed, ask about ${disk.to}`];
  if (excluded?.reason === 'excluded-folder')
    return ['excluded-folder', `the settings exclude ${excluded.at}`];
  if (excluded) return ['excluded-file-system', `${excluded.at} is ${leftOut(excluded)}`];
  if (root === undefined)
    return [
      'outside-roots',
      'it lies in no folder that is searched; when it is run, that is metered and it is still not listed',
    ];
  return undefined;
}

function leftOut({ kind, fileSystem }: Extract<Exclusion, { reason: 'excluded-file-system' }>): string {
  return `a ${kind} file system (${fileSystem}), and those are left out`;
}

function linkOutWhy(to: string, { folder, excluded }: LinkOutFacts): string {
  const why = `it is a symbolic link to ${to}, which lies in no folder that is searched; links are not followed, so nothing there is listed, and the link is counted`;
  if (excluded?.reason === 'excluded-folder') return `${why}; the settings exclude ${folder}`;
  if (excluded) return `${why}; ${folder} lies on ${leftOut(excluded)}`;
  return `${why}; what it leads to is listed once additionalRoots names ${folder}`;
}

const ON_DISK: Record<Exclude<DiskFacts['kind'], 'file' | 'link' | 'not-unicode'>, Finding> = {
  nothing: ['nothing-there', 'there is nothing at this path'],
  folder: ['folder', 'it is a folder; ask about a file in it'],
  'not-regular': ['not-regular', 'it is no regular file'],
  'not-looked-at': ['excluded-file-system', 'it lies on a file server, and those are left out'],
  'path-unreadable': ['unreadable', 'the operating system does not let us look at it'],
};

function ofDisk({ disk, largestFile }: PathFacts): Finding | undefined {
  if (disk.kind === 'link' || disk.kind === 'not-unicode') return undefined;
  if (disk.kind !== 'file') return ON_DISK[disk.kind];
  if (!disk.executeBit) return ['no-execute-bit', 'nobody may execute it: it has no execute bit'];
  if (disk.contentElsewhere)
    return ['content-elsewhere', 'its content is not on this disk, and reading it would fetch it'];
  if (!disk.readable) return ['unreadable', 'the operating system does not let us read it'];
  if (disk.format === undefined)
    return ['no-program', 'it has an execute bit, but its first bytes are those of no kind of program'];
  if (disk.size > largestFile) return ['too-large', `it is larger than ${largestFile} bytes`];
  return undefined;
}

function ofHome({ inHome, rollUp, store }: PathFacts): Finding | undefined {
  if (rollUp && store?.ranOn === undefined) return ['rolled-up', rollUpWhy(rollUp.tree, rollUp.kind)];
  const { listed, most } = store?.homePrograms ?? { listed: 0, most: 1 };
  if (inHome && store && store.listed === undefined && listed >= most)
    return ['home-limit', `${listed} programs of homes are listed, and no more than ${most} may be`];
  return undefined;
}

function rollUpWhy(tree: string, kind: RollUpKind): string {
  return `in a home, ${kind === 'outside-install-folders' ? '' : 'in '}${ROLL_UP_NAMES[kind]}: counted below ${tree}, listed once somebody ran it`;
}

function ofStore({ disk, settleMs, store }: PathFacts): Finding {
  if (store?.listed?.unchanged) return ['listed', 'it is listed'];
  if (store?.listed)
    return ['listed-and-changed', 'it is listed as it was before it changed, and will be hashed again'];
  if (disk.kind === 'file' && disk.changedAgoMs < settleMs)
    return ['not-settled', `it changed less than ${settleMs} ms ago, and is hashed when it has come to rest`];
  return ['not-listed-yet', notYet(store)];
}

function notYet(store: StoreFacts | undefined): string {
  if (store === undefined) return 'it would be listed: no agent has run here yet';
  if (!store.firstScanFinished) return 'it will be listed: the first scan has not finished';
  if (!store.agentRuns) return 'it will be listed when the agent runs again';
  return 'it will be listed: it waits to be hashed, or no event told of it and the next full pass will find it';
}

function notesOn({ path, askedAs, disk, store, storeFault, rollUp }: PathFacts, verdict: Verdict): string[] {
  const notes: string[] = [];
  if (askedAs !== undefined && verdict === 'outside-roots')
    notes.push(
      `a link leads there from ${askedAs}, out of the folders that are searched; it is listed once additionalRoots names ${dirname(path)}`,
    );
  if (storeFault) notes.push(`what the agent knows could not be read: ${storeFault}`);
  if (store?.twin && verdict !== 'outside-roots')
    notes.push(`the same file is listed as ${store.twin}: a hard link, or a folder that is mounted twice`);
  if (disk.kind === 'file' && disk.beyondLimits)
    notes.push('it says more of itself than is read: what lies beyond the limits is not in its evidence');
  if (rollUp && store?.ranOn !== undefined && verdict !== 'rolled-up')
    notes.push('it lies outside what is listed of homes, and somebody ran it');
  return notes;
}
