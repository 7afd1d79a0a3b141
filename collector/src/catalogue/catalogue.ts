/**
 * The catalogue says which application a package is. Pure. Today it is an ordered list of rules, of which the first
 * that fits counts; what no rule fits is named by its package.
 */
import { createHash } from 'node:crypto';

export interface CatalogueRule {
  /** Name of a package; a `*` at its end stands for any ending. */
  package: string;
  application: string;
  publisher: string;
  /** What counts as use of the application, where what is usual does not fit it. */
  usedBy?: UseBasis;
}

/** A day counts as use when it was in the foreground, when a person started it, or when it ran; the first and last for five minutes. */
export const USE_BASES = ['foreground', 'user launch', 'run'] as const;
export type UseBasis = (typeof USE_BASES)[number];

export interface ApplicationBasis {
  application: string;
  publisher: string;
  usedBy: UseBasis;
}

export interface Catalogue {
  /** For people: what its authors call it. */
  version: string;
  /** 16 hex digits: equal fingerprints map every executable alike. */
  fingerprint: string;
  rules: number;
  /** Each application once. */
  bases: readonly ApplicationBasis[];
  ruleFor(packageName: string): CatalogueRule | undefined;
}

/** What is wrong with a catalogue and where: `rules[3].publisher must be text`. */
export class CatalogueError extends Error {
  override name = 'CatalogueError';
}

const MOST_RULES = 1_000_000;
const MOST_TEXT = 256;
/** Every question about use looks through them. */
const MOST_BASES = 10_000;

/** No rules: the owning package is the application. */
export const EMPTY_CATALOGUE = catalogueOf('none', []);

/** Reads a catalogue file's JSON. Throws CatalogueError. */
export function parseCatalogue(text: string): Catalogue {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new CatalogueError(`is not JSON: ${(cause as Error).message}`, { cause });
  }
  const { version, rules } = record(content, 'the catalogue', ['version', 'rules']);
  if (!Array.isArray(rules)) throw new CatalogueError('rules must be a list');
  if (rules.length > MOST_RULES) throw new CatalogueError(`rules has more than ${MOST_RULES} entries`);
  return catalogueOf(
    textOf(version, 'version'),
    rules.map((rule, index) => ruleOf(rule, `rules[${index}]`)),
  );
}

function ruleOf(value: unknown, place: string): CatalogueRule {
  const rule = record(value, place, ['package', 'application', 'publisher', 'usedBy']);
  const packageName = textOf(rule.package, `${place}.package`);
  if (packageName.slice(0, -1).includes('*'))
    throw new CatalogueError(`${place}.package may have a * only at its end`);
  return {
    package: packageName,
    application: textOf(rule.application, `${place}.application`),
    publisher: textOf(rule.publisher, `${place}.publisher`),
    ...(rule.usedBy !== undefined && { usedBy: basisOf(rule.usedBy, `${place}.usedBy`) }),
  };
}

function basisOf(value: unknown, place: string): UseBasis {
  const basis = USE_BASES.find((name) => name === value);
  if (basis === undefined) throw new CatalogueError(`${place} must be one of ${USE_BASES.join(', ')}`);
  return basis;
}

/** Throws CatalogueError when two rules say different things of one application. */
function basesOf(rules: readonly CatalogueRule[]): ApplicationBasis[] {
  const bases = new Map<string, ApplicationBasis & { place: string }>();
  for (const [index, { application, publisher, usedBy }] of rules.entries()) {
    if (usedBy === undefined) continue;
    const key = JSON.stringify([publisher, application]);
    const place = `rules[${index}].usedBy`;
    const before = bases.get(key);
    if (before && before.usedBy !== usedBy)
      throw new CatalogueError(
        `${place} says ${usedBy} of ${application}, and ${before.place} ${before.usedBy}`,
      );
    if (!before) bases.set(key, { application, publisher, usedBy, place });
  }
  if (bases.size > MOST_BASES)
    throw new CatalogueError(`usedBy is said of more than ${MOST_BASES} applications`);
  return [...bases.values()].map(({ place: _, ...basis }) => basis);
}

function record<Key extends string>(value: unknown, place: string, keys: Key[]): Record<Key, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CatalogueError(`${place} must be an object with ${keys.join(', ')}`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key as Key));
  if (unknown !== undefined)
    throw new CatalogueError(`${place} has an unknown key ${JSON.stringify(unknown)}`);
  return value as Record<Key, unknown>;
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') throw new CatalogueError(`${place} must be text`);
  if (value.length > MOST_TEXT) throw new CatalogueError(`${place} is longer than ${MOST_TEXT} characters`);
  return value;
}

function catalogueOf(version: string, rules: readonly CatalogueRule[]): Catalogue {
  const exact = new Map<string, number>();
  const prefixes = new Map<string, number>();
  for (const [index, { package: name }] of rules.entries()) {
    const [places, key] = name.endsWith('*') ? [prefixes, name.slice(0, -1)] : [exact, name];
    if (!places.has(key)) places.set(key, index);
  }
  const lengths = [...new Set([...prefixes.keys()].map((prefix) => prefix.length))];
  return {
    version,
    rules: rules.length,
    bases: basesOf(rules),
    fingerprint: createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 16),
    ruleFor(packageName) {
      let first = exact.get(packageName) ?? rules.length;
      for (const length of lengths) {
        if (length > packageName.length) continue;
        first = Math.min(first, prefixes.get(packageName.slice(0, length)) ?? rules.length);
      }
      return rules[first];
    },
  };
}
