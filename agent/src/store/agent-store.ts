/** The tables of one open store. */
import { BaselineTable } from './baseline-table.ts';
import { DisclosedTable } from './disclosed-table.ts';
import { FactTable } from './fact-table.ts';
import { InventoryTable } from './inventory-table.ts';
import { OutboxTable } from './outbox-table.ts';
import { SlotOrderTable } from './slot-order-table.ts';
import type { StateDatabase, StoreRoom } from './state-database.ts';
import { UsageDigestTable } from './usage-digest-table.ts';
import { UsageTable } from './usage-table.ts';

export interface AgentStore {
  transaction<T>(work: () => T): T;
  /** For what may be lost with the power as long as no transaction came after it. */
  transactionSyncedLater<T>(work: () => T): T;
  /** Several reads of one state of the store, also of one opened only to read. */
  readTogether<T>(work: () => T): T;
  inventory: InventoryTable;
  usage: UsageTable;
  slotOrders: SlotOrderTable;
  digests: UsageDigestTable;
  outbox: OutboxTable;
  baseline: BaselineTable;
  facts: FactTable;
  disclosed: DisclosedTable;
  room(): StoreRoom;
  close(): void;
}

export function agentStore(database: StateDatabase): AgentStore {
  return {
    transaction: (work) => database.transaction(work),
    transactionSyncedLater: (work) => database.transactionSyncedLater(work),
    readTogether: (work) => database.transaction(work, 'DEFERRED'),
    inventory: new InventoryTable(database),
    usage: new UsageTable(database),
    slotOrders: new SlotOrderTable(database),
    digests: new UsageDigestTable(database),
    outbox: new OutboxTable(database),
    baseline: new BaselineTable(database),
    facts: new FactTable(database),
    disclosed: new DisclosedTable(database),
    room: () => database.room(),
    close: () => database.close(),
  };
}
