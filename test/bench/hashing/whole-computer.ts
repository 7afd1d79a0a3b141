/**
 * The first full scan of this computer as it is, folders without programs and all, beside openssl on the files that it finds:
 * what a scan of a tree of copies makes of what is paid once.
 */
import { bounded, type Figures, plain } from '../bench.ts';
import { opensslDigests } from './other-tools.ts';
import { checkSame, scanInProcess } from './scan-in-process.ts';

const BYTES_PER_MEBIBYTE = 1_048_576;
const ROUNDS_THAT_COUNT = 3;

/** `most`: of the time of openssl. */
export function wholeComputer(rounds: number, most: number, say: (progress: string) => void): Figures {
  if (rounds === 0) return {};
  say('the whole computer, once for the page cache');
  const order = { root: undefined, paced: false, passes: 0 };
  const { sha256, loopDelayP99Ms } = scanInProcess({ ...order, watchesLoop: true });
  const paths = Object.keys(sha256);
  opensslDigests(paths);
  const pairs = Array.from({ length: rounds }, (_, round) => {
    const openssl = opensslDigests(paths);
    const agent = scanInProcess(order);
    checkSame(agent.sha256, openssl.sha256);
    const ratio = agent.seconds / openssl.seconds;
    say(
      `round ${round + 1}: the whole computer ${agent.seconds.toFixed(2)} s, openssl ${openssl.seconds.toFixed(2)} s`,
    );
    return { openssl, agent, ratio };
  }).sort((a, b) => a.ratio - b.ratio);
  const { openssl, agent, ratio } = pairs[Math.floor(pairs.length / 2)] as (typeof pairs)[number];
  return {
    computerFiles: plain(paths.length, 'programs of this computer'),
    computerMebibytes: plain(agent.bytesRead / BYTES_PER_MEBIBYTE, 'MiB'),
    computerScanTime: bounded(ratio, 'of the time of openssl', most, rounds < ROUNDS_THAT_COUNT),
    computerScanCpu: plain(agent.cpuSeconds / openssl.cpuSeconds, 'of the CPU of openssl'),
    computerLoopDelayP99: plain(loopDelayP99Ms, 'ms, event loop'),
  };
}
