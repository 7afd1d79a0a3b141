/**
 * Which catalogue counts now. It comes from a file that is looked at every few seconds; a file that cannot be read
 * or is wrong changes nothing and is said, since yesterday's names beat none.
 */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import type { CatalogueInUse, CatalogueState } from '../control/contract/catalogue-in-use.ts';
import { MAPPING_RULES } from '../map/map-executable.ts';
import { type Catalogue, CatalogueError, EMPTY_CATALOGUE, parseCatalogue } from './catalogue.ts';

export interface CatalogueInForce {
  catalogue: Catalogue;
  /** Rises with each catalogue that maps differently; mappings of a higher generation win. */
  generation: number;
  /** Key of the ids of applications that are named for their file; empty: they are not keyed. */
  fileKey: Uint8Array;
}

/** Before anybody chose one. */
export const NO_CATALOGUE: CatalogueInForce = {
  ...{ catalogue: EMPTY_CATALOGUE, generation: 0 },
  fileKey: new Uint8Array(0),
};

export interface CatalogueSource {
  /** Changes between two calls, never within what was returned. */
  current(): CatalogueInForce;
  close(): void;
}

export interface CatalogueSourceOptions {
  /** Undefined: the empty catalogue. */
  file: string | undefined;
  control: Pick<CatalogueInUse, 'catalogueState' | 'openCatalogue'>;
  /** See CatalogueInForce. */
  fileKey: Uint8Array;
  log: Pick<Logger, 'info' | 'warn'>;
  /** A catalogue that maps differently came into force. */
  onChange: () => void;
  /** 1 while the file is wrong, else 0. */
  onFault: (faulty: 0 | 1) => void;
  pollMs?: number;
}

const POLL_MS = 5_000;

/** Throws CatalogueError when the file is wrong at the start: nobody waits for an operator who is looking. */
export function openCatalogueSource(options: CatalogueSourceOptions): CatalogueSource {
  const { file, log, onChange, onFault, pollMs = POLL_MS } = options;
  let inForce = enter(file === undefined ? EMPTY_CATALOGUE : readCatalogue(file), options).inForce;
  const look = (): void => {
    try {
      const entered = enter(readCatalogue(file as string), options);
      inForce = entered.inForce;
      onFault(0);
      if (!entered.changed) return;
      log.info({ version: inForce.catalogue.version, rules: inForce.catalogue.rules }, 'new catalogue');
      onChange();
    } catch (error) {
      onFault(1);
      log.warn({ file, error: (error as Error).message }, 'the catalogue stays as it was');
    }
  };
  if (file !== undefined) watchFile(file, { interval: pollMs, persistent: false }, look);
  return {
    current: () => inForce,
    close: () => {
      if (file !== undefined) unwatchFile(file, look);
    },
  };
}

function readCatalogue(file: string): Catalogue {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CatalogueError(`the catalogue ${file} cannot be read (${code})`, { cause });
  }
  try {
    return parseCatalogue(text);
  } catch (cause) {
    throw new CatalogueError(`the catalogue ${file}: ${(cause as Error).message}`, { cause });
  }
}

function enter(
  catalogue: Catalogue,
  { control, fileKey }: Pick<CatalogueSourceOptions, 'control' | 'fileKey'>,
): { inForce: CatalogueInForce; changed: boolean } {
  // A collector that maps by other rules of its own re-maps as well.
  const fingerprint = `${MAPPING_RULES}-${catalogue.fingerprint}`;
  const before: CatalogueState = control.catalogueState();
  const { generation } = control.openCatalogue(fingerprint, catalogue.version);
  return { inForce: { catalogue, generation, fileKey }, changed: generation !== before.generation };
}
