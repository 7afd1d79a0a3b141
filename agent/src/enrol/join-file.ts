/** The join string as it was given to `enrol`, in the state folder: its secret must be there when the key is lost. */
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { decodeJoinString, type Join, JoinStringError } from '@fleetmeter/proto';
import { writeDurably } from '../store/write-durably.ts';

const FILE = 'join-string';

/** Undefined when the device was never told where to join, or the file is damaged. */
export function readJoinFile(stateFolder: string): Join | undefined {
  try {
    return decodeJoinString(readFileSync(joinPath(stateFolder, FILE), 'utf8'));
  } catch (error) {
    if (error instanceof JoinStringError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

/** A running agent follows it with its next request. */
export function writeJoinFile(stateFolder: string, joinString: string): void {
  writeDurably(joinPath(stateFolder, FILE), Buffer.from(`${joinString.replace(/\s+/g, '')}\n`));
}
