/** Lines of a text that may be large, some at a time. */
import { createReadStream } from 'node:fs';

const PART_BYTES = 65_536;
/** A line that is longer is not given out, and told of. */
const LONGEST_LINE = 65_536;

/**
 * The lines that end in each part of the file, without their ends. Rejects when the file cannot be read. `onTooLong`: for
 * each line that is not given out.
 */
export function linesOf(path: string, onTooLong: () => void): AsyncGenerator<string[]> {
  return linesIn(createReadStream(path, { encoding: 'utf8', highWaterMark: PART_BYTES }), onTooLong);
}

/** The same of a text that comes in parts. */
export async function* linesIn(
  parts: AsyncIterable<string>,
  onTooLong: () => void,
): AsyncGenerator<string[]> {
  let rest = '';
  let tooLong = false;
  for await (const part of parts) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (tooLong && lines.length > 0) {
      lines.shift();
      tooLong = false;
    }
    if (rest.length > LONGEST_LINE) {
      rest = '';
      if (!tooLong) onTooLong();
      tooLong = true;
    }
    yield lines;
  }
  if (rest !== '' && !tooLong) yield [rest];
}
