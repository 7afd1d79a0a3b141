/**
 * The generated messages under short names. `Report` is the decoded class (defaults filled in, optional
 * messages null), `ReportFields` the plain object that `Report.encode` takes.
 */
import { fleetmeter } from './generated/wire.js';

const v1 = fleetmeter.v1;
type V1 = typeof fleetmeter.v1;

export const {
  Envelope,
  Report,
  EvidenceBatch,
  UsageRecord,
  Coverage,
  UsageDigest,
  Acknowledgement,
  EnrolRequest,
  EnrolResponse,
  Notice,
  JoinKind,
  SkipReason,
}: Pick<
  V1,
  | 'Envelope'
  | 'Report'
  | 'UsageRecord'
  | 'Coverage'
  | 'UsageDigest'
  | 'EvidenceBatch'
  | 'Acknowledgement'
  | 'EnrolRequest'
  | 'EnrolResponse'
  | 'Notice'
  | 'JoinKind'
  | 'SkipReason'
> = v1;

export type Report = fleetmeter.v1.Report;
export type ReportFields = fleetmeter.v1.Report.$Properties;
export type EvidenceBatch = fleetmeter.v1.EvidenceBatch;
export type EvidenceBatchFields = fleetmeter.v1.EvidenceBatch.$Properties;
export type EvidenceRecordFields = fleetmeter.v1.EvidenceRecord.$Properties;
export type Acknowledgement = fleetmeter.v1.Acknowledgement;
export type AcknowledgementFields = fleetmeter.v1.Acknowledgement.$Properties;
export type DirectiveFields = fleetmeter.v1.Directive.$Properties;
export type ProcessedHeadFields = fleetmeter.v1.ProcessedHead.$Properties;
export type QuarantinedRecordFields = fleetmeter.v1.QuarantinedRecord.$Properties;
export type InventoryChangeFields = fleetmeter.v1.InventoryChange.$Properties;
export type InventoryDigestFields = fleetmeter.v1.InventoryDigest.$Properties;
export type UsageFields = fleetmeter.v1.Usage.$Properties;
export type UsageRecordFields = fleetmeter.v1.UsageRecord.$Properties;
export type LaunchesFields = fleetmeter.v1.Launches.$Properties;
export type UsageDigestFields = fleetmeter.v1.UsageDigest.$Properties;
export type Notice = fleetmeter.v1.Notice;
export type NoticeFields = fleetmeter.v1.Notice.$Properties;
export type CoverageFields = fleetmeter.v1.Coverage.$Properties;
export type HostFactsFields = fleetmeter.v1.HostFacts.$Properties;
export type AgentCostFields = fleetmeter.v1.AgentCost.$Properties;
export type SettingsFields = fleetmeter.v1.Settings.$Properties;
export type EnrolRequest = fleetmeter.v1.EnrolRequest;
export type EnrolRequestFields = fleetmeter.v1.EnrolRequest.$Properties;
export type EnrolResponse = fleetmeter.v1.EnrolResponse;
export type EnrolResponseFields = fleetmeter.v1.EnrolResponse.$Properties;
