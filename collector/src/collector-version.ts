/** Of the program that runs: what an older one could not do may be tried again. */
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const COLLECTOR_VERSION = version;
