/** Group rules as text: CSV with the columns kind, pattern, group, or JSON, an array of objects with these. Pure. */
import {
  GROUP_RULE_KINDS,
  type GroupRule,
  type GroupRuleKind,
  MOST_GROUP_RULES,
  MOST_PREFIX_RULES,
} from '../control/device-groups.ts';
import { EnrolCommandError, GROUP_NAME } from './command-line.ts';

const MOST_PATTERN = 256;
const HEADING = 'kind,pattern,group';

/** Throws EnrolCommandError that says which line is wrong and how; all rules count or none. */
export function parseGroupRules(text: string): GroupRule[] {
  const given = text.trimStart().startsWith('[') ? ofJson(text) : ofCsv(text);
  const rules = given.map(({ where, fields }) => ruleOf(where, fields));
  if (rules.length > MOST_GROUP_RULES)
    throw new EnrolCommandError(`${rules.length} rules; at most ${MOST_GROUP_RULES} can count`);
  const prefixes = rules.filter(({ pattern }) => pattern.endsWith('*')).length;
  if (prefixes > MOST_PREFIX_RULES)
    throw new EnrolCommandError(`${prefixes} rules end with *; at most ${MOST_PREFIX_RULES} may`);
  return rules;
}

interface Given {
  where: string;
  fields: readonly unknown[];
}

function ofCsv(text: string): Given[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ where: `line ${index + 1}`, line: line.trim() }))
    .filter(({ line }) => line !== '' && !line.startsWith('#') && line.toLowerCase() !== HEADING)
    .map(({ where, line }) => ({ where, fields: csvFields(line) }));
}

/** Fields in double quotes may hold commas, and quotes doubled. */
function csvFields(line: string): string[] {
  const fields = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  const bare = fields.map((field) => field.replace(/,$/, '').trim());
  // The last match is the empty one at the end of the line, unless the line ends with a comma.
  const whole = line.endsWith(',') ? bare : bare.slice(0, -1);
  return whole.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}

function ofJson(text: string): Given[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new EnrolCommandError(`the file is no JSON: ${(error as Error).message}`);
  }
  return (parsed as unknown[]).map((each, index) => {
    const { kind, pattern, group } = (each ?? {}) as Record<string, unknown>;
    return { where: `rule ${index + 1}`, fields: [kind, pattern, group] };
  });
}

function ruleOf(where: string, fields: readonly unknown[]): GroupRule {
  const [kind, pattern, group] = fields;
  const wrong = (why: string): never => {
    throw new EnrolCommandError(`${where}: ${why}`);
  };
  if (fields.length !== 3) wrong(`has ${fields.length} fields; needed are kind, pattern, group`);
  if (!GROUP_RULE_KINDS.includes(kind as GroupRuleKind))
    wrong(`the kind is one of ${GROUP_RULE_KINDS.join(', ')}, not ${shown(kind)}`);
  if (typeof pattern !== 'string' || pattern.trim() === '' || pattern.length > MOST_PATTERN)
    return wrong(`the pattern is a text of at most ${MOST_PATTERN} characters, not ${shown(pattern)}`);
  if (pattern.trim().slice(0, -1).includes('*')) wrong('* may only stand at the end of a pattern');
  if (typeof group !== 'string' || !GROUP_NAME.test(group))
    return wrong(`a group takes letters, digits, blank, dot, hyphen and underscore, not ${shown(group)}`);
  return { kind: kind as GroupRuleKind, pattern: pattern.trim(), group };
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
}
