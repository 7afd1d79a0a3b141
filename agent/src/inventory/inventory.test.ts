import { createHash } from 'node:crypto';
import { digestAdd, digestsEqual, EMPTY_DIGEST, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentStore } from '../store/agent-store.ts';
import { openTransientState } from '../store/state-database.ts';
import type { FoundFile } from '../watch/found-file.ts';
import { Inventory } from './inventory.ts';

/** `name` is the normalised path: two files of one name and content are one executable. */
function file(path: string, content: number, name = path): FoundFile {
  const sha256 = createHash('sha256').update(`${content}`).digest();
  return {
    path,
    identity: {
      device: '1',
      inode: `9007199254740993${content}`,
      size: 5,
      mtimeNs: '18446744073709551615',
      ctimeNs: '2',
    },
    format: 'elf',
    evidence: { sha256, path: name, size: 5, format: 'elf' },
  };
}
const identityOf = (each: FoundFile) => identifyEvidence(encodeEvidence(each.evidence));
const make = () => {
  const store = agentStore(openTransientState());
  return { store, inventory: new Inventory(store, () => 20_000) };
};

describe('known files', () => {
  test('are known at once, and after the batch is committed, with all that identifies them', () => {
    const { inventory } = make();
    const known = file('/usr/bin/a', 1);
    inventory.found(known);
    for (const state of ['queued', 'committed']) {
      expect(inventory.byPath('/usr/bin/a'), state).toMatchObject({
        identity: known.identity,
        format: 'elf',
      });
      expect(inventory.byIdentity(known.identity)?.path, state).toBe('/usr/bin/a');
      inventory.flush();
    }
    expect(Buffer.from(inventory.byPath('/usr/bin/a')?.evidence.sha256 ?? [])).toEqual(known.evidence.sha256);
    inventory.gone('/usr/bin/a');
    expect(inventory.byPath('/usr/bin/a')).toBeUndefined();
  });

  test('are listed in full, also beyond a page and in any script', () => {
    const { inventory } = make();
    const paths = Array.from({ length: 2100 }, (_, index) => `/bin/${index % 2 ? 'ü' : '𝕏'}${index}`);
    for (const path of paths) inventory.found(file(path, 1));
    expect([...inventory.paths()].sort()).toEqual([...paths].sort());
    expect([...inventory.all()].length).toBe(2100);
  });
});

test('what was found is committed in batches that are short, and that do not wait for the disk', () => {
  const { store } = make();
  const batches: number[] = [];
  let rows = 0;
  const watched = {
    ...store,
    transactionSyncedLater: <T>(work: () => T): T => {
      const result = store.transactionSyncedLater(work);
      const before = rows;
      rows = [...store.inventory.paths()].length;
      batches.push(rows - before);
      return result;
    },
  };
  const inventory = new Inventory(watched, () => 20_000);
  for (let index = 0; index < 60; index++) inventory.found(file(`/bin/${index}`, index));
  expect(batches).toEqual([25, 25]);
  inventory.flush();
  expect(batches).toEqual([25, 25, 10]);
});

test('what is told while the store takes nothing is kept, up to a limit, and written when it does', () => {
  const { store } = make();
  let isFull = true;
  const failing = {
    ...store,
    transactionSyncedLater: <T>(work: () => T): T => {
      if (isFull) throw new Error('disk full');
      return store.transactionSyncedLater(work);
    },
  };
  const inventory = new Inventory(failing, () => 20_000);
  const tell = (index: number): void => inventory.found(file(`/bin/${index}`, index));
  for (let index = 0; index < 99; index++) tell(index);
  expect(() => tell(99)).toThrow('disk full');
  expect(() => tell(100)).toThrow('disk full');
  isFull = false;
  inventory.flush();
  expect([...store.inventory.paths()]).toHaveLength(100);
  expect(inventory.state().digest.count).toBe(100);
});

test('a skip is taken back by what is found or gone later', () => {
  const { inventory } = make();
  inventory.skipped('/a', 'unreadable');
  inventory.skipped('/a', 'too-large');
  inventory.skipped('/b', 'unreadable');
  inventory.skipped('/c', 'vanished');
  inventory.found(file('/b', 1));
  inventory.gone('/c');
  expect(inventory.skippedCounts()).toEqual([{ reason: 'too-large', count: 1 }]);
});

test('a program that is used but not installed changes neither presence nor digest', () => {
  const { store, inventory } = make();
  const id = inventory.keepUsed(file('/tmp/x', 1));
  expect(store.inventory.evidenceOf(id)).toBeDefined();
  expect(inventory.state()).toEqual({ digest: EMPTY_DIGEST, touchCounter: 0 });
  inventory.found(file('/tmp/x', 1));
  inventory.flush();
  expect(inventory.state().digest.count).toBe(1);
});

test('evidence goes when it is neither installed nor used nor owed, and not before', () => {
  const { store, inventory } = make();
  const known = file('/a', 1);
  inventory.found(known);
  inventory.flush();
  inventory.gone('/a');
  inventory.flush();
  const { executableId } = identityOf(known);
  store.inventory.forgetUnneeded(0, 30_000);
  expect(store.inventory.evidenceOf(executableId), 'absence not acknowledged yet').toBeDefined();
  store.inventory.forgetUnneeded(99, 20_000);
  expect(store.inventory.evidenceOf(executableId), 'kept for its days').toBeDefined();
  store.inventory.forgetUnneeded(99, 20_001);
  expect(store.inventory.evidenceOf(executableId)).toBeUndefined();
});

test('a wrong digest is found and put right', () => {
  const { store, inventory } = make();
  inventory.found(file('/a', 1));
  inventory.flush();
  const { digest, touchCounter } = inventory.state();
  store.inventory.writeState({ digest: EMPTY_DIGEST, touchCounter });
  const reopened = new Inventory(store, () => 20_000);
  expect(reopened.verifyDigest()).toBe(false);
  expect(digestsEqual(reopened.state().digest, digest)).toBe(true);
  expect(reopened.verifyDigest()).toBe(true);
});

test('random histories: presence, digest and touched ids follow a plain model', () => {
  const path = fc.constantFrom('/a', '/b', '/c', '/d');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), path, content: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('remove' as const), path }),
    fc.record({ kind: fc.constant('flush' as const) }),
    fc.record({ kind: fc.constant('mark' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { store, inventory } = make();
      const files = new Map<string, FoundFile>();
      const present = (): Set<string> =>
        new Set([...files.values()].map((each) => identityOf(each).executableId));
      let atMark = { touch: 0, ids: present() };
      for (const each of steps) {
        // One name for all paths: several files are one executable.
        if (each.kind === 'put') {
          files.set(each.path, file(each.path, each.content, '/name'));
          inventory.found(files.get(each.path) as FoundFile);
        } else if (each.kind === 'remove') {
          files.delete(each.path);
          inventory.gone(each.path);
        } else {
          inventory.flush();
          if (each.kind === 'mark') atMark = { touch: inventory.state().touchCounter, ids: present() };
        }
      }
      inventory.flush();
      const now = present();
      let digest = EMPTY_DIGEST;
      const parts = new Map(
        [...files.values()].map((each) => [identityOf(each).executableId, identityOf(each).digestPart]),
      );
      for (const part of parts.values()) digest = digestAdd(digest, part);
      expect(new Set(store.inventory.presentIds())).toEqual(now);
      expect(digestsEqual(inventory.state().digest, digest)).toBe(true);
      const touched = store.inventory.touchedSince(atMark.touch);
      const applied = new Set(
        [...atMark.ids, ...touched.present].filter((id) => !touched.absent.includes(id)),
      );
      expect(applied).toEqual(now);
    }),
    { numRuns: 100 },
  );
});
