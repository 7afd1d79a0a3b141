/** Which program runs a `#!` script. Pure. */

/** Linux looks at the first 256 bytes; a line that does not end there is cut, here as there. */
const LONGEST_LINE_BYTES = 256;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The interpreter without its arguments; what `env` would start for `#!/usr/bin/env`, since that names the
 * language. undefined for an empty line or one that is not text.
 */
export function scriptInterpreter(first: Uint8Array): string | undefined {
  const start = first.subarray(2, LONGEST_LINE_BYTES);
  const end = start.indexOf(0x0a);
  const words = decode(end < 0 ? start : start.subarray(0, end))
    ?.split(/[ \t\r]+/)
    .filter((word) => word !== '');
  const interpreter = words?.[0];
  if (!words || !interpreter) return undefined;
  return /(?:^|\/)env$/.test(interpreter) ? (startedByEnv(words.slice(1)) ?? interpreter) : interpreter;
}

/** The first word that is neither an option of env (`-S`, `-i`) nor a variable (`LANG=C`). */
function startedByEnv(words: string[]): string | undefined {
  return words.map((word) => word.replace(/^-S(?=.)/, '')).find((word) => !/^-|^[A-Za-z_]\w*=/.test(word));
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
