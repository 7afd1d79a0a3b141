/** The only thing agent and collector share: the wire, and the evidence that names an executable. */
export * from './envelope-format.ts';
export * from './evidence.ts';
export * from './executable-id.ts';
export * from './fleet-settings.ts';
export * from './inventory-digest.ts';
export * from './join-string.ts';
export * from './notice.ts';
export * from './path-rules.ts';
export * from './person-at-device.ts';
export * from './seal-envelope.ts';
export * from './slot-marks.ts';
export * from './wire.ts';
