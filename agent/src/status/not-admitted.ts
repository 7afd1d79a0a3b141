/** What a person can do when the collector does not take what this device sends. Pure. */

/** By the collector's code; its docs/refusals.md has all. */
const ADVICE: Readonly<Record<string, string>> = {
  'wire-version-unsupported':
    'Agent and collector are too far apart: update the older of the two. Everything is kept until then.',
  'awaiting-approval': 'An administrator lets it in with fleetmeter-collector device approve.',
  'approval-queue-full': 'An administrator has to decide about those that wait.',
  'join-rejected': 'An administrator rejected this device; remove the agent, or ask why.',
  'device-revoked': 'An administrator put this device out; remove the agent, or ask why.',
  'key-replaced':
    'The state was put back from before the key was replaced: remove device-key.pem and run fleetmeter-agent enrol with a join string.',
};

export interface NotAdmitted {
  code: string;
  detail: string;
}

export function adviceFor({ code }: NotAdmitted): string {
  return ADVICE[code] ?? 'Ask for a join string, and run fleetmeter-agent enrol with it.';
}
