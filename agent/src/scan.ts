/** One pass over the roots. Offline; keeps nothing, so it needs no rights on the state folder of an agent. */
import { type ExecutableId, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { type Clock, dayOf } from './clock/clock.ts';
import type { LoadedConfig } from './config/load-config.ts';
import type { AgentConfig } from './config/schema.ts';
import { createFinder } from './finder.ts';
import { Inventory } from './inventory/inventory.ts';
import { printable } from './printable-text.ts';
import { agentStore } from './store/agent-store.ts';
import { openTransientState } from './store/state-database.ts';
import { excludedText, type FinderStatus } from './watch/finder-status.ts';
import type { FoundFile } from './watch/found-file.ts';
import { rollUpLines } from './watch/roll-ups.ts';

const CLEAR_LINE = '\r\u001b[K';

export interface ScanOptions extends LoadedConfig {
  clock: Clock;
  json: boolean;
}

/** One line of `scan --json`. */
export interface ScannedFile {
  path: string;
  executable_id: ExecutableId;
  sha256: string;
  size: number;
  format: string;
  package?: string;
  package_version?: string;
}

/** Somebody waits for it: it goes as fast as it can, unless it was said how fast. */
const AT_ONCE = { hashMebibytesPerSecond: 0, hashCpuPercent: 0, hashGently: false } as const;

function unlessSaid({ config, explicit }: LoadedConfig): AgentConfig {
  const names = Object.keys(AT_ONCE) as (keyof typeof AT_ONCE)[];
  const unsaid = names.filter((name) => !explicit.has(name)).map((name) => [name, AT_ONCE[name]]);
  return { ...config, ...Object.fromEntries(unsaid) };
}

/** False when the list may not be all there is, which was said then. */
export async function scan(options: ScanOptions, signal: AbortSignal): Promise<boolean> {
  const { clock, json } = options;
  const config = unlessSaid(options);
  const startedMs = clock.now().monotonicMs;
  const store = agentStore(openTransientState());
  const inventory = new Inventory(store, () => dayOf(clock.now().wallMs));
  const finder = createFinder(
    config,
    inventory,
    clock,
    process.stderr.isTTY ? { onProgress: showProgress } : {},
  );
  signal.addEventListener('abort', () => void finder.close(), { once: true });
  try {
    await finder.scanOnce();
  } finally {
    await finder.close();
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  }
  const finding = finder.status();
  if (json) printJson(inventory);
  else printSummary(inventory, finding, clock.now().monotonicMs - startedMs);
  store.close();
  return tellWhatIsMissing(finding);
}

/** Whoever reads only the list must not take it for all there is. True when nothing is missing. */
function tellWhatIsMissing({ lastScan, failures, lastFailure }: FinderStatus): boolean {
  if (!lastScan?.complete) console.error('The scan was broken off: the list is not complete.');
  if (failures > 0)
    console.error(
      `Examining failed ${failures} times: the list may not be complete. Last: ${printable(lastFailure ?? '')}`,
    );
  return lastScan?.complete === true && failures === 0;
}

function showProgress({ scan: figures, hashing }: FinderStatus): void {
  const { folders = 0, executables = 0 } = figures ?? {};
  const hashed = `${hashing.filesHashed} hashed, ${mebibytes(hashing.bytesHashed)} MiB`;
  process.stderr.write(`${CLEAR_LINE}${folders} folders, ${executables} executables, ${hashed}`);
}

function printJson(inventory: Inventory): void {
  let separator = '[\n';
  for (const file of inventory.all()) {
    process.stdout.write(separator + JSON.stringify(scanned(file)));
    separator = ',\n';
  }
  process.stdout.write(separator === '[\n' ? '[]\n' : '\n]\n');
}

function scanned({ path, format, evidence }: FoundFile): ScannedFile {
  return {
    path,
    executable_id: identifyEvidence(encodeEvidence(evidence)).executableId,
    sha256: Buffer.from(evidence.sha256).toString('hex'),
    size: evidence.size,
    format,
    ...(evidence.packageName && { package: evidence.packageName }),
    ...(evidence.packageVersion && { package_version: evidence.packageVersion }),
  };
}

function printSummary(inventory: Inventory, finding: FinderStatus, tookMs: number): void {
  const formats = new Map<string, number>();
  let files = 0;
  let bytes = 0;
  for (const { format, evidence } of inventory.all()) {
    files++;
    bytes += evidence.size;
    formats.set(format, (formats.get(format) ?? 0) + 1);
  }
  const { count } = inventory.state().digest;
  const byFormat = [...formats].map(([format, number]) => `${number} ${format}`).join(', ');
  console.log(
    `${count} executables in ${files} files (${byFormat || 'none'}), ${mebibytes(bytes)} MiB, in ${(tookMs / 1000).toFixed(1)} s`,
  );
  console.log(`roots: ${printable(finding.roots.join(' '))}`);
  if (finding.missingRoots.length > 0) console.log(`not there: ${printable(finding.missingRoots.join(' '))}`);
  for (const { reason, count: skipped } of inventory.skippedCounts())
    console.log(`not listed: ${skipped} ${reason}`);
  for (const folder of finding.excluded) console.log(`left out: ${excludedText(folder)}`);
  for (const line of rollUpLines(finding.rolledUp)) console.log(line);
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}
