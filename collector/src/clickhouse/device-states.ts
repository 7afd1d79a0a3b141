/**
 * What a device can be. The first three count as the fleet: their installations are counted, also those of a device that
 * has been silent for a month, since it may be in a drawer with everything still on it. The others left it.
 */
export const COUNTED_STATES = ['active', 'ephemeral', 'stale'] as const;
export const DEVICE_STATES = [...COUNTED_STATES, 'archived', 'superseded', 'revoked'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

/** Days without a report. */
export const STALE_AFTER_DAYS = 30;
export const ARCHIVED_AFTER_DAYS = 90;
/** Of devices that come and go. */
export const EPHEMERAL_ARCHIVED_AFTER_DAYS = 1;
