/**
 * Every reason for which the agent port refuses a request: the closed table that codes come from, that metrics
 * count by, and that docs/refusals.md explains (a test holds the two together).
 *
 * `permanent` means that the same bytes will always be refused: the agent drops that report, counts it, and
 * sends a baseline. Everything else it sends again, byte for byte.
 */
export interface RefusalKind {
  /** HTTP status. */
  status: number;
  permanent: boolean;
  /** Short, for `title` of the problem document. */
  meaning: string;
  /** For the person who reads the agent's log. */
  advice: string;
  /** Seconds for the Retry-After header, when trying again helps. */
  retryAfterSeconds?: number;
}

const table = {
  // The request itself, before anything in it is looked at.
  'host-not-loopback': {
    status: 403,
    permanent: false,
    meaning: 'The Host header does not name this computer.',
    advice: 'Use 127.0.0.1, [::1] or localhost; this port serves the local computer only.',
  },
  'origin-foreign': {
    status: 403,
    permanent: false,
    meaning: 'A web page of another origin sent the request.',
    advice: 'Agents send no Origin header; a browser must not be able to post here.',
  },
  'client-certificate-missing': {
    status: 403,
    permanent: false,
    meaning: 'The connection showed no client certificate, and this collector demands one.',
    advice: 'Set clientCertFile and clientKeyFile of the agent to a certificate by the organisation.',
    retryAfterSeconds: 300,
  },
  'client-certificate-wrong': {
    status: 403,
    permanent: false,
    meaning:
      'The client certificate is over, not for clients, or not by an authority that this collector takes.',
    advice:
      'Renew the certificate in clientCertFile of the agent, or see agentTlsClientAuthority of the collector.',
    retryAfterSeconds: 300,
  },
  'route-unknown': {
    status: 404,
    permanent: false,
    meaning: 'There is no such route or method on this port.',
    advice: 'Check the collector address and that agent and collector have compatible versions.',
  },
  'content-type-unsupported': {
    status: 415,
    permanent: false,
    meaning: 'The content type is not exactly the one of an envelope.',
    advice: 'Send application/x-fm1 without parameters; look for a proxy that changes it.',
  },
  'wire-version-unsupported': {
    status: 415,
    permanent: false,
    meaning: 'The agent speaks a version of the wire that this collector does not.',
    advice: 'Update the older of the two; the agent keeps what it has. Accept-Post says what is spoken here.',
    retryAfterSeconds: 3600,
  },
  'content-encoding-refused': {
    status: 415,
    permanent: false,
    meaning: 'The body has a content encoding.',
    advice:
      'Send the envelope as it is: its payload is compressed already. Look for a proxy that compresses.',
  },
  'body-too-large': {
    status: 413,
    permanent: true,
    meaning: 'The body exceeds 1 MiB.',
    advice: 'The agent splits large inventories into parts; an agent that does not is defective.',
  },
  'request-timeout': {
    status: 408,
    permanent: false,
    meaning: 'The request did not arrive in time.',
    advice: 'Check the network between agent and collector.',
    retryAfterSeconds: 30,
  },
  'http-malformed': {
    status: 400,
    permanent: false,
    meaning: 'The request is not valid HTTP.',
    advice: 'Look for a proxy that damages requests.',
  },
  'headers-too-large': {
    status: 431,
    permanent: false,
    meaning: 'The request headers are too large.',
    advice: 'Look for a proxy that adds headers.',
  },
  // The envelope.
  'envelope-malformed': {
    status: 400,
    permanent: true,
    meaning: 'The body is not an envelope.',
    advice: 'Look for a proxy that changes bodies; otherwise the agent is defective.',
  },
  'payload-type-unexpected': {
    status: 400,
    permanent: true,
    meaning: 'The envelope holds another kind of message than this route takes.',
    advice: 'The agent is defective or of an incompatible version.',
  },
  'signature-missing': {
    status: 401,
    permanent: true,
    meaning: 'The envelope does not carry the signatures it needs, each with a key id.',
    advice: 'The agent is defective or of an incompatible version.',
  },
  'key-unknown': {
    status: 401,
    permanent: false,
    meaning: 'No enrolled device has this key.',
    advice: 'The agent enrols again and then sends what it has; if it repeats, the collector lost its state.',
  },
  'signature-wrong': {
    status: 401,
    permanent: true,
    meaning: 'The signature does not fit the payload.',
    advice: 'The report was changed on its way, or somebody uses a key that is not theirs.',
  },
  'payload-too-large': {
    status: 413,
    permanent: true,
    meaning: 'The payload inflates beyond its limit.',
    advice: 'The agent is defective, or its key is misused: reports inflate to 4 MiB at most.',
  },
  'payload-malformed': {
    status: 400,
    permanent: true,
    meaning: 'The payload is not zstd.',
    advice: 'The agent is defective.',
  },
  // The message.
  'message-malformed': {
    status: 400,
    permanent: true,
    meaning: 'The message breaks the wire format or the schema.',
    advice: 'The agent is defective: a value does not fit its type, a field repeats, or bytes are missing.',
  },
  'elements-too-many': {
    status: 400,
    permanent: true,
    meaning: 'A list in the message is longer than is ever needed.',
    advice: 'The agent is defective; docs/refusals.md lists the limits.',
  },
  'text-malformed': {
    status: 400,
    permanent: true,
    meaning: 'A text is too long or is not UTF-8.',
    advice: 'The agent is defective; texts are cut to their limits before they are sent.',
  },
  'collector-mismatch': {
    status: 409,
    permanent: true,
    meaning: 'The message is meant for another collector.',
    advice: 'The agent enrols here anew; somebody may have copied its state or redirected its address.',
  },
  'device-mismatch': {
    status: 401,
    permanent: true,
    meaning: 'The message names another device than the one whose key signed it.',
    advice: 'Somebody may have mixed the state of two agents; remove it and let the agent enrol anew.',
  },
  'id-malformed': {
    status: 400,
    permanent: true,
    meaning: 'An id does not have its fixed length.',
    advice: 'The agent is defective.',
  },
  'sequence-out-of-range': {
    status: 400,
    permanent: true,
    meaning: 'A sequence is not at least 1.',
    advice: 'The agent is defective.',
  },
  'digest-malformed': {
    status: 400,
    permanent: true,
    meaning: 'The sum of a digest does not have 16 bytes.',
    advice: 'The agent is defective.',
  },
  'id-list-malformed': {
    status: 400,
    permanent: true,
    meaning: 'A list of executable ids is not ascending, unique and made of 8 bytes each.',
    advice: 'The agent is defective.',
  },
  'inventory-contradictory': {
    status: 400,
    permanent: true,
    meaning: 'The inventory change contradicts itself.',
    advice:
      'The agent is defective: a baseline names absent ids, an id is both, part numbers do not fit, or a part is larger than an even share.',
  },
  'report-replayed': {
    status: 409,
    permanent: true,
    meaning: 'The report is older than one of the same device that is here, by more than two days.',
    advice:
      'Somebody sends kept messages again, or a state and a clock were put back: the agent then begins a new epoch by itself.',
  },
  'public-key-malformed': {
    status: 400,
    permanent: true,
    meaning: 'The public key is not an Ed25519 key.',
    advice: 'The agent is defective.',
  },
  'key-id-taken': {
    status: 409,
    permanent: true,
    meaning: 'Another key already has the same key id.',
    advice: 'Nothing to do: the agent makes another key and joins with that.',
  },
  'split-ticket-refused': {
    status: 409,
    permanent: true,
    meaning: 'The copy of a device shows a ticket that was not given to it, or that another copy took up.',
    advice: 'Usual for a copy of a copy: it goes on as it is, and is told apart again by what it reports.',
  },
  // Who may join, and who may no longer.
  'token-missing': {
    status: 403,
    permanent: false,
    meaning: 'A device that is new to this collector showed no join string.',
    advice: 'Run fleetmeter-agent enrol with what fleetmeter-collector token create prints.',
    retryAfterSeconds: 300,
  },
  'token-unknown': {
    status: 403,
    permanent: false,
    meaning: 'The join string is of another collector, or damaged.',
    advice: 'Run fleetmeter-agent enrol with a join string of this collector.',
    retryAfterSeconds: 300,
  },
  'token-expired': {
    status: 403,
    permanent: false,
    meaning: 'The join string was valid until a time that has passed.',
    advice: 'Make another with fleetmeter-collector token create; --days says how long it is valid.',
    retryAfterSeconds: 300,
  },
  'token-used-up': {
    status: 403,
    permanent: false,
    meaning: 'As many devices as may have joined with this join string.',
    advice: 'Make another with fleetmeter-collector token create; --uses says for how many devices.',
    retryAfterSeconds: 300,
  },
  'token-revoked': {
    status: 403,
    permanent: false,
    meaning: 'An administrator has revoked this join string.',
    advice: 'Ask for another; devices that joined with it before are not concerned.',
    retryAfterSeconds: 300,
  },
  'joining-too-often': {
    status: 429,
    permanent: false,
    meaning: 'Too many devices ask to join from one network or with one join string.',
    advice:
      'The agent asks again by itself. For a large roll-out raise baselinesPerSecond, or make several tokens.',
    retryAfterSeconds: 60,
  },
  'awaiting-approval': {
    status: 403,
    permanent: false,
    meaning: 'An administrator has to let this device in.',
    advice:
      'fleetmeter-collector device list --waiting shows it, device approve lets it in; the agent asks again by itself.',
    retryAfterSeconds: 600,
  },
  'join-rejected': {
    status: 403,
    permanent: false,
    meaning: 'An administrator has rejected this device.',
    advice: 'fleetmeter-collector device approve lets it in after all; otherwise remove the agent.',
    retryAfterSeconds: 3600,
  },
  'approval-queue-full': {
    status: 403,
    permanent: false,
    meaning: 'As many devices as may wait to be let in do so already.',
    advice:
      'Approve or reject some: fleetmeter-collector device list --waiting. Whoever has not asked for a week makes room.',
    retryAfterSeconds: 3600,
  },
  'device-revoked': {
    status: 403,
    permanent: false,
    meaning: 'An administrator has revoked this device.',
    advice: 'fleetmeter-collector device reinstate takes it back; otherwise remove the agent.',
    retryAfterSeconds: 3600,
  },
  'key-replaced': {
    status: 403,
    permanent: false,
    meaning: 'The device has replaced this key, and both counted long enough.',
    advice:
      'Usual for a state that was put back from before the replacement: remove the key and run fleetmeter-agent enrol. Otherwise somebody has a copy of the old key.',
    retryAfterSeconds: 3600,
  },
  'device-erased': {
    status: 403,
    permanent: false,
    meaning: 'An administrator has erased this device, and it stays away.',
    advice:
      'Remove the agent; to let the computer join anew, remove the state of its agent and use a join string.',
    retryAfterSeconds: 86_400,
  },
  // Not the sender's fault.
  'enrolment-postponed': {
    status: 429,
    permanent: false,
    meaning: 'Many devices are joining at once, and this one has to wait for its turn.',
    advice:
      'Nothing to do: the agent tries again when it is told to. baselinesPerSecond says how many may join.',
    retryAfterSeconds: 60,
  },
  'sending-too-often': {
    status: 429,
    permanent: false,
    meaning: 'One device sends far more than a device has to say.',
    advice:
      'The agent is defective, or its key is misused: see what it sends, or revoke it. deviceMessagesPerSecond is the limit.',
    retryAfterSeconds: 60,
  },
  overloaded: {
    status: 503,
    permanent: false,
    meaning: 'More reports arrive than this collector can take.',
    advice:
      'Nothing is lost: the agent tries again between one and three minutes later. If it goes on, see docs/capacity.md.',
    retryAfterSeconds: 60,
  },
  'stream-full': {
    status: 503,
    permanent: false,
    meaning: 'The collector has no room for reports at the moment.',
    advice:
      'Nothing is lost: the agent keeps its state. Free disk space, or see why processing stands still.',
    retryAfterSeconds: 60,
  },
  'stream-unavailable': {
    status: 503,
    permanent: false,
    meaning: 'The collector could not make the report durable.',
    advice: 'Nothing is lost: the agent keeps its state. Look at the disk and the log of the collector.',
    retryAfterSeconds: 30,
  },
  'shutting-down': {
    status: 503,
    permanent: false,
    meaning: 'The collector is stopping.',
    advice: 'The agent tries again.',
    retryAfterSeconds: 10,
  },
  'internal-error': {
    status: 500,
    permanent: false,
    meaning: 'The collector met an error of its own.',
    advice: 'Look at the log of the collector and report the error.',
    retryAfterSeconds: 60,
  },
} as const satisfies Record<string, RefusalKind>;

export type RefusalCode = keyof typeof table;
export const REFUSALS: Readonly<Record<RefusalCode, RefusalKind>> = table;

/** A request that is refused. `detail` is for people and quotes nothing that could be secret. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: RefusalCode;

  /** Seconds until trying again helps; the kind's own unless said otherwise. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: RefusalCode,
    detail: string,
    options?: ErrorOptions & { retryAfterSeconds?: number | undefined },
  ) {
    super(detail, options);
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds ?? this.kind.retryAfterSeconds;
  }

  get kind(): RefusalKind {
    return REFUSALS[this.code];
  }
}
