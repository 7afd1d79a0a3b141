/**
 * Power cuts of the agent's store: what finding told may be lost as long as nothing durable was committed after it, and
 * then it is lost as a whole; a report that was committed after it takes it to the disk with itself.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';
import { LoopDisk } from './loop-disk.ts';
import { canRun } from './needed-programs.ts';

const DISK_MIB = 64;
/** More than one batch. */
const PROGRAMS = 350;
const TODAY = 20_000;

const possible = canRun("power cuts of the agent's store", 'mkfs.ext4', 'mount');

function program(index: number): FoundFile {
  const identity = { device: '1', inode: `${index}`, size: 5, mtimeNs: '1', ctimeNs: '2' };
  const sha256 = new Uint8Array(32).fill(index % 251, 0, 16).fill(index >> 8, 16);
  const path = `/usr/bin/program-${index}`;
  return { path, identity, format: 'elf', evidence: { sha256, path, size: 5, format: 'elf' } };
}

function storeOn(disk: LoopDisk): AgentStore {
  const folder = join(disk.folder, 'agent');
  mkdirSync(folder, { recursive: true });
  const { database, movedAside } = openStateDatabase(folder, 0);
  expect(movedAside).toBeUndefined();
  return agentStore(database);
}

/** Finds programs and commits them, does `then`, and cuts the power: how many are there, after a look at the digest. */
function foundAfterPowerCut(then: (store: AgentStore) => void): number {
  const disk = LoopDisk.create(DISK_MIB);
  const store = storeOn(disk);
  try {
    // From here on the store and its folder are on the disk, and only what comes is not.
    store.facts.write('firstScanFinished', false);
    const inventory = new Inventory(store, () => TODAY);
    for (let index = 0; index < PROGRAMS; index++) inventory.found(program(index));
    inventory.flush();
    then(store);
    const left = disk.afterPowerCut();
    const after = storeOn(left);
    try {
      expect(new Inventory(after, () => TODAY).verifyDigest()).toBe(true);
      return [...after.inventory.paths()].length;
    } finally {
      after.close();
      left.remove();
    }
  } finally {
    store.close();
    disk.remove();
  }
}

describe.runIf(possible)("the agent's store after a power cut", () => {
  test('lacks what was found when nothing durable came after it, and holds together', () => {
    expect(foundAfterPowerCut(() => {})).toBe(0);
  });

  test('has what was found before something durable', () => {
    expect(foundAfterPowerCut((store) => store.facts.write('firstScanFinished', true))).toBe(PROGRAMS);
    const openEpoch = (store: AgentStore): void => store.outbox.openEpoch(new Uint8Array(16), undefined);
    expect(foundAfterPowerCut(openEpoch)).toBe(PROGRAMS);
  });
});
