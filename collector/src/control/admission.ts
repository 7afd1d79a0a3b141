/** Whether a key that is new here may join, and in which group: what token, approval and group rules say together. */
import type { DeviceGroups, DeviceNames } from './device-groups.ts';
import type { EnrolmentTokens } from './enrolment-tokens.ts';
import type { WaitingDevices } from './waiting-devices.ts';

export type ApprovalFault = 'awaiting-approval' | 'join-rejected' | 'approval-queue-full';

/** The join string is good, and an administrator has not let this device in. */
export class NotApprovedError extends Error {
  override name = 'NotApprovedError';
  readonly fault: ApprovalFault;
  constructor(fault: ApprovalFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

export interface Applicant {
  keyId: string;
  secret: string;
  names: DeviceNames;
}

/** `joined` is called within the same transaction, once the device has an id. */
export interface Admitted {
  tokenId: string;
  group: string;
  joined(deviceId: string): void;
}

const FAULTS = {
  waits: ['awaiting-approval', 'waits for an administrator to let it in'],
  rejected: ['join-rejected', 'was rejected by an administrator'],
  full: ['approval-queue-full', 'cannot even wait: too many do'],
} as const;

export class Admission {
  readonly #tokens: EnrolmentTokens;
  readonly #waiting: WaitingDevices;
  readonly #groups: DeviceGroups;

  constructor(tokens: EnrolmentTokens, waiting: WaitingDevices, groups: DeviceGroups) {
    this.#tokens = tokens;
    this.#waiting = waiting;
    this.#groups = groups;
  }

  /**
   * Counts one use of the token, with what the caller's transaction does. Throws TokenRefusedError. A NotApprovedError
   * is returned and not thrown: that the device asked is to be committed.
   */
  judge({ keyId, secret, names }: Applicant, now: number): Admitted | NotApprovedError {
    const token = this.#tokens.valid(secret, now);
    if (token.approve) {
      const answer = this.#waiting.ask(keyId, token.tokenId, names, now);
      if (answer !== 'approved') {
        const [fault, words] = FAULTS[answer];
        return new NotApprovedError(fault, `the device with key ${keyId} ${words}`);
      }
      this.#waiting.drop(keyId);
    }
    this.#tokens.use(token.tokenId);
    return {
      tokenId: token.tokenId,
      group: this.#groups.groupFor(names, token.group),
      joined: (deviceId) => this.#groups.join(deviceId, token.group, names),
    };
  }
}
