/** The agent's state: its keys, what it found and metered, and reports that are composed, sent and acknowledged. */

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Acknowledgement, ANSWER_CONTENT_TYPE, EnrolResponse, Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { openDeviceIdentity } from '../../../agent/src/identity/device-identity.ts';
import type { Exchange } from '../../../agent/src/send/http-exchange.ts';
import { agentStore } from '../../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../../agent/src/store/state-database.ts';
import { FULL } from '../../full-run.ts';
import { LivingAgent, modelProgram } from '../../model/living-agent.ts';
import type { SteppedWork } from './stepped-work.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const DAY = Math.floor(NOW / 86_400_000) - 1;
const REPORTS = FULL ? 2 : 1;
const MOST_BYTES = 8 * 1024 * 1024;
const ANSWER = { status: 200, contentType: ANSWER_CONTENT_TYPE, retryAfter: undefined };

/** Takes every report at once, and says that it was sent. */
function answering(say: (word: string) => void): Exchange {
  return {
    sentBytes: 0,
    async post(path, envelope) {
      if (path === '/v1/enrol') {
        const ids = { deviceId: new Uint8Array(8).fill(7), collectorId: new Uint8Array(16).fill(9) };
        return { ...ANSWER, body: EnrolResponse.encode(ids).finish() };
      }
      const { sequence } = Report.decode(reopenVerifiedEnvelope(envelope, 'Report', MOST_BYTES).message);
      say(`sent ${sequence} ${hashOf(envelope)}`);
      return { ...ANSWER, body: Acknowledgement.encode({ acceptedSequence: sequence }).finish() };
    },
    close: async () => {},
  };
}

const hashOf = (envelope: Uint8Array): string => createHash('sha256').update(envelope).digest('hex');

function open(folder: string, say: (word: string) => void): LivingAgent {
  let at = NOW;
  const now = (): number => {
    at += 2_000;
    return at;
  };
  return new LivingAgent({ folder, exchange: answering(say), now, joinSecret: 'secret' });
}

export const work: SteppedWork = {
  async prepare(folder) {
    mkdirSync(folder, { recursive: true });
    openStateDatabase(folder, NOW).database.close();
  },

  async run(folder, say) {
    say(`key ${openDeviceIdentity(folder).signingKey.keyId}`);
    const agent = open(folder, say);
    await agent.turn();
    for (let report = 1; report <= REPORTS; report++) {
      agent.install(modelProgram(report));
      say(`installed ${report}`);
      agent.use(modelProgram(report), DAY, 1000, report, 100);
      say(`used ${report}`);
      await agent.turn();
      say(`told ${report}`);
    }
    agent.close();
  },

  async faults(folder, said, crash) {
    const faults: string[] = [];
    const key = said.find((word) => word.startsWith('key '))?.slice('key '.length);
    const { keyId } = openDeviceIdentity(folder).signingKey;
    if (key !== undefined && key !== keyId) faults.push(`the key was ${key} and is ${keyId}`);
    const { database, movedAside } = openStateDatabase(folder, NOW);
    if (movedAside) faults.push('the store is damaged');
    const store = agentStore(database);
    const count = (word: string): number => said.filter((each) => each.startsWith(word)).length;
    const check = (what: string, found: number, least: number, most: number): void => {
      if (found < least || found > most) faults.push(`${found} ${what}, and ${least} to ${most} can be`);
    };
    const [installed, used, told] = [count('installed'), count('used'), count('told')];
    // What was found waits for the disk with the next thing that does, which is the use of it; until then it is found again.
    const kept = crash === 'killed' ? installed : used;
    check('programs are known', store.inventory.state().digest.count, kept, installed + 1);
    check('uses are due', store.usage.dueUsage(100).length, Math.max(0, used - told - 1), used + 1 - told);
    const [sequence, hash] =
      said
        .findLast((word) => word.startsWith('sent '))
        ?.split(' ')
        .slice(1) ?? [];
    const pending = store.outbox.pending();
    const acknowledged = store.facts.read('lastReport')?.sequence ?? 0;
    if (told > 0) check('reports were acknowledged', acknowledged, told, told + 2);
    if (sequence !== undefined && acknowledged < Number(sequence) && !said.at(-1)?.startsWith('told')) {
      const same = pending && pending.sequence === Number(sequence) && hashOf(pending.envelope) === hash;
      const gone = !pending && (store.outbox.epoch()?.sequence ?? 0) >= Number(sequence);
      if (!same && !gone) faults.push(`report ${sequence} was sent and is not the one in the outbox`);
    }
    store.close();
    return faults;
  },
};
