/** Starts scanning-program.ts and reads what it says. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ScanCost, ScanOrder } from './scanning-program.ts';

const SCANNING_PROGRAM = join(import.meta.dirname, 'scanning-program.ts');
/** Where the agent keeps compiled code (agent/bin/fleetmeter-agent.mjs). */
const CODE_CACHE = join(import.meta.dirname, '../../../agent/.code-cache');

export function scanInProcess(order: ScanOrder): ScanCost {
  const output = execFileSync(process.execPath, [SCANNING_PROGRAM, JSON.stringify(order)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, NODE_COMPILE_CACHE: CODE_CACHE },
  });
  return JSON.parse(output) as ScanCost;
}

/** Scripts and all: whatever the other program hashed the agent must have found, with the same hash, and nothing else. */
export function checkSame(agent: Record<string, string>, other: Record<string, string>): void {
  const differing = Object.keys({ ...agent, ...other }).filter((path) => agent[path] !== other[path]);
  if (differing.length > 0)
    throw new Error(
      `${differing.length} files differ from openssl, among them ${differing.slice(0, 3).join(', ')}`,
    );
}
