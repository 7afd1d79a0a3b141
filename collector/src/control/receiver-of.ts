/** A receiver's view of a control store that is open in the same thread. Close it before the control store. */
import { openReceiverDesk } from './receiver-desk.ts';
import { ReceiverStore } from './receiver-store.ts';
import type { SqliteControlStore } from './sqlite-control-store.ts';

export function receiverOf(control: SqliteControlStore): ReceiverStore {
  const receiver = new ReceiverStore(control.receiverStart, { desk: openReceiverDesk(control) });
  control.onExecutablesMoved((executables) => receiver.lookUpIn(executables));
  return receiver;
}
