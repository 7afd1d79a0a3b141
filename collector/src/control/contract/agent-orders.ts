/** What agents are told with an acknowledgement: settings, notices, and what to send again. A part of ControlStore. */
import type { DirectiveFields, FleetSettings, SettingsFields } from '@fleetmeter/proto';
import type { NoticesInForce } from '../notices-in-force.ts';

/** A resync is over once the inventory is right, a new epoch is not awaited any more once the old one went on for long. */
export interface ResolvedRequest {
  deviceId: string;
  epochId: Uint8Array;
  action: 'resync' | 'openEpoch';
}

export interface AgentOrders {
  /** What the collector's own configuration sets for all agents; the settings of a group lie above it. */
  setBottomSettings(settings: FleetSettings): void;
  /**
   * What to tell a device that runs by this version of settings (undefined: it did not say); undefined when that is
   * the one it should run by.
   */
  settingsFor(deviceId: string, version: number | undefined, now: number): SettingsFields | undefined;
  /** What devices are told when the collector moves, and what they say of it. */
  readonly notices: Pick<NoticesInForce, 'noticeFor' | 'confirmed' | 'newestSerial' | 'counts'>;
  /** Directives waiting for a device in this epoch, oldest first. They stay until taken back or answered. */
  directivesFor(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[];
  /** Forget a directive that reached its device (its acknowledgement was answered). */
  directiveDelivered(deviceId: string, directive: DirectiveFields): void;
}
