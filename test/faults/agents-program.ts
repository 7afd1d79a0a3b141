// Real agents, store and courier and all, in one process that can be killed: does what its parent tells it by message.
// Arguments: a folder for all of them, how many, the collector's address, a join secret, the time when their clocks began.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { LivingAgent, modelProgram } from '../model/living-agent.ts';
import type { AgentAnswer, AgentCommand } from './agent-commands.ts';

/** Their clocks run fast, so that a report is due whenever one is asked for. */
const CLOCK_SPEED = 20;
const TURN_MS = 20_000;

const [root, count, url, joinSecret, began] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const now = (): number => Number(began) + (Date.now() - Number(began)) * CLOCK_SPEED;
const agents = Array.from({ length: Number(count) }, (_, index) => {
  const folder = join(root, `agent-${index}`);
  mkdirSync(folder, { recursive: true });
  return new LivingAgent({ folder, exchange: new HttpExchange(() => url), now, joinSecret });
});

async function obey(agent: LivingAgent, command: AgentCommand): Promise<AgentAnswer['value']> {
  switch (command.do) {
    case 'install':
      agent.install(modelProgram(command.program));
      return undefined;
    case 'remove':
      agent.remove(modelProgram(command.program));
      return undefined;
    case 'meter': {
      const { program, uid, ...values } = command;
      agent.knowUsed(modelProgram(program));
      const slots = Uint8Array.from(values.slots);
      const launches = { autostart: 0, service: 0, scheduler: 0, unknown: 0, user: values.launches };
      const user = agent.userHash(uid);
      agent.meter({ ...values, executableId: modelProgram(program).id, user, slots, launches });
      return undefined;
    }
    case 'turn':
      await agent.courier.turn(AbortSignal.timeout(TURN_MS));
      return undefined;
    case 'look':
      return { quiet: agent.quiet, deviceId: agent.deviceId };
  }
}

process.on('message', async ({ id, command }: { id: number; command: AgentCommand }) => {
  const agent = agents[command.agent];
  if (!agent) throw new Error(`there is no agent ${command.agent}`);
  process.send?.({ id, value: await obey(agent, command) } satisfies AgentAnswer);
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, value: undefined } satisfies AgentAnswer);
