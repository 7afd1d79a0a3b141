/**
 * The document of `apply -f`: what each group of devices is to be set to. Everything that is wrong with it is said at
 * once, and nothing of a document that has a fault is applied. docs/settings.md explains it; a test ties the two. Pure.
 */
import {
  FLEET_SETTING_NAMES,
  type FleetSettingName,
  type FleetSettings,
  fleetSettingFault,
} from '@fleetmeter/proto';
import { DEFAULT_RINGS, type Ring } from '../control/settings-rollout.ts';
import { nearestName } from './nearest-name.ts';

/** As `token create --group` takes them. */
export const GROUP_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;
export const DOCUMENT_KEYS = ['groups'] as const;
export const GROUP_KEYS = ['settings', 'rings'] as const;
export const RING_KEYS = ['percent', 'afterMinutes'] as const;
const MOST_GROUPS = 1000;
const MOST_RINGS = 10;
/** 90 days. */
const MOST_MINUTES = 129_600;

export interface GroupWish {
  group: string;
  settings: FleetSettings;
  rings: readonly Ring[];
}

/** A document that cannot be applied. The message has one line for each fault. */
export class SettingsDocumentError extends Error {
  override name = 'SettingsDocumentError';
}

/** `name`: what to call the document in messages. Throws SettingsDocumentError. */
export function parseSettingsDocument(text: string, name: string): GroupWish[] {
  const faults: string[] = [];
  const wishes = readDocument(parseJson(text, name), faults);
  if (faults.length > 0)
    throw new SettingsDocumentError(
      faults.length === 1
        ? `${name}: ${faults[0]}`
        : `${name}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`.trimEnd(),
    );
  return wishes;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = (cause as Error).message.replaceAll('\n', ' ');
    throw new SettingsDocumentError(`${name} is not JSON: ${why}`, { cause });
  }
}

function readDocument(document: unknown, faults: string[]): GroupWish[] {
  if (!isObject(document)) {
    faults.push('must hold one JSON object');
    return [];
  }
  noteUnknown(document, DOCUMENT_KEYS, '', faults);
  const groups = document.groups;
  if (!isObject(groups) || Object.keys(groups).length > MOST_GROUPS) {
    faults.push(`groups must be an object with at most ${MOST_GROUPS} groups by name`);
    return [];
  }
  return Object.entries(groups).map(([group, wish]) => readGroup(group, wish, faults));
}

function readGroup(group: string, wish: unknown, faults: string[]): GroupWish {
  const place = `group ${JSON.stringify(group)}`;
  if (!GROUP_NAME.test(group))
    faults.push(`${place}: a name has letters, digits, blank, dot, hyphen and underscore, at most 64`);
  if (!isObject(wish)) {
    faults.push(`${place} must be an object with settings and, if need be, rings`);
    return { group, settings: {}, rings: [] };
  }
  noteUnknown(wish, GROUP_KEYS, `${place}: `, faults);
  return {
    group,
    settings: readSettings(wish.settings, place, faults),
    rings: readRings(wish.rings, place, faults),
  };
}

function readSettings(given: unknown, place: string, faults: string[]): FleetSettings {
  if (!isObject(given)) {
    faults.push(`${place}: settings must be an object; {} sets nothing`);
    return {};
  }
  noteUnknown(given, FLEET_SETTING_NAMES, `${place}: `, faults);
  for (const [name, value] of Object.entries(given)) {
    if (!isSettingName(name)) continue;
    const fault = fleetSettingFault(name, value);
    if (fault) faults.push(`${place}: ${name} ${fault}, not ${JSON.stringify(value)?.slice(0, 80)}`);
  }
  // In the order of the table: two documents that say the same are the same.
  return Object.fromEntries(
    FLEET_SETTING_NAMES.filter((name) => isSaid(given[name])).map((name) => [name, given[name]]),
  );
}

/** An empty list of folders says nothing, as on the wire. */
function isSaid(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function readRings(given: unknown, place: string, faults: string[]): readonly Ring[] {
  if (given === undefined) return DEFAULT_RINGS;
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_RINGS) {
    faults.push(`${place}: rings must be a list of 1 to ${MOST_RINGS}`);
    return [];
  }
  const rings = given.map((ring, index) => readRing(ring, `${place}: ring ${index + 1}`, faults));
  if (rings.at(-1)?.percent !== 100) faults.push(`${place}: the last ring must have 100 percent`);
  if (rings[0]?.afterMinutes !== 0) faults.push(`${place}: the first ring must open after 0 minutes`);
  const rises = rings.every(
    ({ percent, afterMinutes }, index) =>
      index === 0 ||
      (percent > (rings[index - 1]?.percent ?? 0) && afterMinutes >= (rings[index - 1]?.afterMinutes ?? 0)),
  );
  if (!rises)
    faults.push(`${place}: each ring must have more percent, and open no earlier, than the one before`);
  return rings;
}

function readRing(given: unknown, place: string, faults: string[]): Ring {
  if (!isObject(given)) {
    faults.push(`${place} must be an object with percent and afterMinutes`);
    return { percent: 0, afterMinutes: 0 };
  }
  noteUnknown(given, RING_KEYS, `${place}: `, faults);
  const { percent, afterMinutes = 0 } = given;
  const isNumber = (value: unknown, most: number): value is number =>
    typeof value === 'number' && value >= 0 && value <= most;
  if (!isNumber(percent, 100) || percent === 0) faults.push(`${place}: percent must be above 0, at most 100`);
  if (!isNumber(afterMinutes, MOST_MINUTES))
    faults.push(`${place}: afterMinutes must be a number from 0 to ${MOST_MINUTES}`);
  return { percent: percent as number, afterMinutes: afterMinutes as number };
}

function noteUnknown(
  given: Record<string, unknown>,
  known: readonly string[],
  place: string,
  faults: string[],
): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest ? `did you mean ${nearest}?` : `known are ${known.join(', ')}`;
    faults.push(`${place}${JSON.stringify(name.slice(0, 80))} is unknown; ${hint}`);
  }
}

function isSettingName(name: string): name is FleetSettingName {
  return (FLEET_SETTING_NAMES as readonly string[]).includes(name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
