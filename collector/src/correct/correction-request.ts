/** What the command line asks for, and what it is answered. */
import type { TriedDevice, TriedSummary } from '../clickhouse/usage-trial.ts';
import type { CorrectedValues, UseOfDay } from './plan-correction.ts';

export type CorrectionRequest = {
  reason: string;
  /** Otherwise it is only tried. */
  commit: boolean;
} & (
  | {
      is: 'correct';
      /** Days since 1970, UTC. */
      day: number;
      /** 16 hex digits each. */
      deviceId: string;
      application?: string | undefined;
      executable?: string | undefined;
      /** 32 hex digits. */
      user?: string | undefined;
      values: CorrectedValues;
    }
  | { is: 'undo'; number: number }
);

export interface CorrectionAnswer {
  /** Why it cannot be done; then nothing else counts. */
  refused?: string;
  /** Of the correction, once it is made. */
  number?: number;
  day: number;
  deviceId: string;
  subject: string;
  /** Of the users that it is about together. */
  before: UseOfDay;
  after: UseOfDay;
  /** Rows of usage that it writes. */
  rows: number;
  /** The device's totals by application, by the real derivation. */
  device: TriedDevice[];
  /** Those of all devices. */
  all: TriedSummary[];
}
