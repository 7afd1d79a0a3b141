/** What a device is asked for when a whole report of it will not be processed: its inventory, and its use. */
import type { DirectiveFields } from '@fleetmeter/proto';

/** Without a head nobody can tell which baseline was the last: this one is never older. */
const NEWEST = 0xffff_ffff;

export function wholeAgain(epoch: Uint8Array): [inventory: DirectiveFields, use: DirectiveFields] {
  return [
    { epoch, sequence: NEWEST, resync: {} },
    { epoch, sequence: NEWEST, resendUsage: { sinceDay: 0 } },
  ];
}
