/** What agents are told with an acknowledgement: settings, notices, and what to send again. A part of ControlStore. */
import type { DirectiveFields, FleetSettings } from '@fleetmeter/proto';
import type { NoticeProgress } from '../notice-progress.ts';
import type { ReceiverNotes } from './receiver-control.ts';

/** A resync is over once the inventory is right, a new epoch is not awaited any more once the old one went on for long. */
export interface ResolvedRequest {
  deviceId: string;
  epochId: Uint8Array;
  action: 'resync' | 'openEpoch';
}

export interface AgentOrders {
  /** What the collector's own configuration sets for all agents; the settings of a group lie above it. */
  setBottomSettings(settings: FleetSettings): void;
  /** How far devices follow what they are told when the collector moves. */
  readonly notices: Pick<NoticeProgress, 'newestSerial' | 'counts'>;
  /** Directives waiting for a device in this epoch, oldest first. They stay until taken back or answered. */
  directivesFor(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[];
  /** What receivers noted; a power cut may take it back. */
  noteFromReceiver(notes: ReceiverNotes): void;
}
