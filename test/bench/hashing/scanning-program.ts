/**
 * Finding and hashing in a process of its own, as the agent does it and with nothing else beside it: a first full scan of a root, then
 * passes over the unchanged tree. Says what both cost, as JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { realClock } from '../../../agent/src/clock/real-clock.ts';
import { loadConfig } from '../../../agent/src/config/load-config.ts';
import { createFinder } from '../../../agent/src/finder.ts';
import { Inventory } from '../../../agent/src/inventory/inventory.ts';
import { agentStore } from '../../../agent/src/store/agent-store.ts';
import { openTransientState } from '../../../agent/src/store/state-database.ts';

export interface ScanOrder {
  /** Undefined: the whole computer, as the agent looks at it when nobody says otherwise. */
  root: string | undefined;
  /** As the agent does it when nobody says otherwise, but for rest; else as fast as it goes. */
  paced: boolean;
  passes: number;
  /** Looks at the event loop every millisecond, which costs CPU: not in a scan whose time counts. Default false. */
  watchesLoop?: boolean;
}

export interface ScanCost {
  seconds: number;
  cpuSeconds: number;
  bytesRead: number;
  /** By path, hex. */
  sha256: Record<string, string>;
  /** Of each later pass. */
  passCpuSeconds: number;
  passSeconds: number;
  hashedAgain: number;
  /** 0 when nobody looked. */
  loopDelayP99Ms: number;
}

const order = JSON.parse(process.argv[2] ?? '') as ScanOrder;
// A pipe takes large answers in pieces.
process.stdout.write(JSON.stringify(await scan(order)), () => process.exit());

async function scan({ root, paced, passes, watchesLoop = false }: ScanOrder): Promise<ScanCost> {
  const clock = realClock();
  const store = agentStore(openTransientState());
  const inventory = new Inventory(store, () => 0);
  const asFast = { hashMebibytesPerSecond: '0', hashCpuPercent: '0' };
  // Resting would measure what else the computer has to do.
  const { config } = loadConfig(
    { ...(root && { roots: root }), hashGently: 'false', ...(paced ? {} : asFast) },
    {},
  );
  const delay = monitorEventLoopDelay({ resolution: 1 });
  if (watchesLoop) delay.enable();
  const began = startMeter();
  const finder = createFinder({ ...config, homeFolders: true }, inventory, clock);
  await finder.scanOnce();
  inventory.flush();
  const first = began();
  const { bytesRead, filesHashed } = finder.status().hashing;
  const again = startMeter();
  for (let pass = 0; pass < passes; pass++) await finder.scanOnce();
  const later = again();
  delay.disable();
  const cost = {
    ...first,
    bytesRead,
    sha256: Object.fromEntries(
      [...inventory.all()].map(({ path, evidence }) => [path, Buffer.from(evidence.sha256).toString('hex')]),
    ),
    passCpuSeconds: later.cpuSeconds / Math.max(1, passes),
    passSeconds: later.seconds / Math.max(1, passes),
    hashedAgain: finder.status().hashing.filesHashed - filesHashed,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
  };
  await finder.close();
  return cost;
}

function startMeter(): () => { seconds: number; cpuSeconds: number } {
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}
