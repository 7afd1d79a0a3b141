/** Six computers that report over real HTTP; on the first of them two people, one of whom has a program that hardly anybody else has. */
import { createHash } from 'node:crypto';
import {
  digestAdd,
  digestSumBytes,
  EMPTY_DIGEST,
  type Evidence,
  encodeEvidence,
  encodeIdList,
  encodeSlots,
  identifyEvidence,
} from '@fleetmeter/proto';
import type { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

export const TODAY = Math.floor(Date.now() / 86_400_000);
export const ANNA = new Uint8Array(8).fill(0xa1);
export const BEN = new Uint8Array(8).fill(0xbe);

const program = (path: string, packageName?: string) => {
  const evidence: Evidence = {
    ...{ sha256: createHash('sha256').update(path).digest(), path, size: 7, format: 'elf' },
    ...(packageName !== undefined && { packageName, packageVersion: '1.0' }),
  };
  const encoded = encodeEvidence(evidence);
  return { ...identifyEvidence(encoded), encoded, sha256: Buffer.from(evidence.sha256).toString('hex') };
};
type Program = ReturnType<typeof program>;

export const EDITOR = program('/usr/bin/editor', 'editor');
export const TEAM_TOOL = program('~/bin/team-tool');
export const DIARY = program('~/bin/anna-diary');

function digestOf(programs: readonly Program[]) {
  const digest = programs.reduce((sum, { digestPart }) => digestAdd(sum, digestPart), EMPTY_DIGEST);
  return { count: digest.count, sum: digestSumBytes(digest) };
}
const ON_THE_FIRST_COMPUTER = [EDITOR, TEAM_TOOL, DIARY];
/** What the first computer says it had, in each of its later reports. */
export const HAD_BEFORE = digestOf(ON_THE_FIRST_COMPUTER);

interface Use {
  of: Program;
  user: Uint8Array;
  seconds: number;
  launches: number;
  foreground: number;
}

/** Anna's figures are those of nobody else, also not together with Ben's. */
const ON_THE_FIRST: Use[] = [
  { of: EDITOR, user: ANNA, seconds: 257, launches: 13, foreground: 41 },
  { of: EDITOR, user: BEN, seconds: 111, launches: 5, foreground: 22 },
  { of: DIARY, user: ANNA, seconds: 211, launches: 7, foreground: 31 },
  { of: TEAM_TOOL, user: ANNA, seconds: 97, launches: 3, foreground: 11 },
];

export const recordOf = (
  { of, user, seconds, launches, foreground }: Use,
  users: Uint8Array[],
  day = TODAY,
) => ({
  ...{ run: 0, user: users.indexOf(user), day, seconds, foregroundSeconds: foreground },
  executableId: Buffer.from(of.executableId, 'hex').reverse(),
  launches: { user: launches },
  slots: encodeSlots([3]),
});

export const usageOf = (uses: readonly Use[], days = [TODAY]) => {
  const users = [...new Set(uses.map(({ user }) => user))];
  return {
    ...{ runs: Buffer.from('1122334455667788', 'hex'), users },
    records: days.flatMap((day) => uses.map((use) => recordOf(use, users, day))),
  };
};

/** The computers; the first is Anna's and Ben's. `days`: of its use, since 1970. */
export async function reportAll(fleet: FleetOfOne, days = [TODAY]): Promise<ScriptedDevice[]> {
  const devices: ScriptedDevice[] = [];
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const device = new ScriptedDevice(fleet.agentUrl);
    const hostname = `desk-${number}`;
    await device.enrol(hostname, fleet.joinSecret);
    // On the second somebody has got hold of the same file, and uses it to look for others who have it.
    const programs = number <= 2 ? ON_THE_FIRST_COMPUTER : [EDITOR, TEAM_TOOL];
    const records = programs.map(({ executableId, encoded }) => ({
      ...{ executableId: Buffer.from(executableId, 'hex').reverse(), evidence: encoded, encodingVersion: 1 },
    }));
    await device.acknowledged('evidence', device.evidence(records));
    const user = new Uint8Array(8).fill(number);
    const ids = programs.map(({ executableId }) => executableId).sort();
    await device.acknowledged(
      'report',
      device.report({
        ...{ sequence: 1, host: { hostname, os: 'linux' } },
        digestAfter: digestOf(programs),
        inventory: { baseline: true, presentIds: encodeIdList(ids) },
        usage: usageOf(
          number === 1 ? ON_THE_FIRST : [{ of: EDITOR, user, seconds: 60, launches: 1, foreground: 5 }],
          number === 1 ? days : [TODAY],
        ),
      }),
    );
    devices.push(device);
  }
  return devices;
}
