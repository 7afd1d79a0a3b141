/**
 * What receivers ask the control store to write. One connection writes, in one thread: a second one would wait for it, and
 * hold up whatever else its thread does.
 */
import { NotApprovedError } from './admission.ts';
import type { DeviceKeys } from './contract/device-keys.ts';
import type { JoinFault, Newcomer, ReceiverNotes } from './contract/receiver-control.ts';
import { KeyIdTakenError, KeyUnknownError } from './device-registry.ts';
import { EnrolmentGroup } from './enrolment-group.ts';
import { TokenRefusedError } from './enrolment-tokens.ts';
import { DeviceErasedError, DeviceRevokedError, KeyReplacedError } from './known-keys.ts';
import { SplitTicketRefusedError } from './split-tickets.ts';

export interface JoinRequest {
  newcomer: Newcomer;
  /** The receiver has a place for it, should it be new here. */
  admitted: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** `needsPlace`: it may join, and nothing has changed: ask again once it is admitted. */
export type JoinAnswer = { deviceId: string } | { needsPlace: true } | { fault: JoinFault; message: string };

/** The same for a receiver in this thread and in another. */
export interface ReceiverDesk {
  join(request: JoinRequest): Promise<JoinAnswer>;
  /** Resolves when they are noted; a power cut may take them back. */
  note(notes: ReceiverNotes): Promise<void>;
}

type JoiningStore = Pick<DeviceKeys, 'enrol' | 'replaceKey' | 'splitOff' | 'joinTogether'> & {
  noteFromReceiver(notes: ReceiverNotes): void;
};

/** Thrown for every newcomer: one object, without a stack of its own. */
const NEEDS_PLACE = new Error('it needs a place');

export function openReceiverDesk(control: JoiningStore): ReceiverDesk {
  const joining = new EnrolmentGroup<string>((works) => control.joinTogether(works));
  return {
    async join(request) {
      try {
        return { deviceId: await joining.run(() => deviceOf(control, request)) };
      } catch (error) {
        if (error === NEEDS_PLACE) return { needsPlace: true };
        const fault = joinFault(error);
        if (fault === undefined) throw error;
        return { fault, message: (error as Error).message };
      }
    },
    async note(notes) {
      control.noteFromReceiver(notes);
    },
  };
}

/**
 * A key that another vouches for stands for that one's device, or with a ticket for a device of its own; any other
 * needs the secret of a token.
 */
function deviceOf(control: JoiningStore, { newcomer, admitted, now }: JoinRequest): string {
  const { publicKey, secret, previousKey, splitTicket, names } = newcomer;
  const admit = (): void => {
    if (!admitted) throw NEEDS_PLACE;
  };
  if (!previousKey) return control.enrol(publicKey, secret, now, { names, admit });
  if (splitTicket)
    return control.splitOff({ previous: previousKey, next: publicKey, ticket: splitTicket }, now);
  return control.replaceKey(previousKey, publicKey, now);
}

function joinFault(error: unknown): JoinFault | undefined {
  if (error instanceof TokenRefusedError || error instanceof NotApprovedError) return error.fault;
  if (error instanceof DeviceErasedError) return 'device-erased';
  if (error instanceof DeviceRevokedError) return 'device-revoked';
  if (error instanceof KeyIdTakenError) return 'key-id-taken';
  if (error instanceof KeyReplacedError) return 'key-replaced';
  if (error instanceof SplitTicketRefusedError) return 'split-ticket-refused';
  return error instanceof KeyUnknownError ? 'key-unknown' : undefined;
}
