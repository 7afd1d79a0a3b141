/** Lines of a text file that may be large, some at a time. */
import { createReadStream } from 'node:fs';

const PART_BYTES = 65_536;
/** A line that is longer is not given out. */
const LONGEST_LINE = 65_536;

/** The lines that end in each part of the file, without their ends. Rejects when the file cannot be read. */
export async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = '';
  let tooLong = false;
  for await (const part of createReadStream(path, { encoding: 'utf8', highWaterMark: PART_BYTES })) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (tooLong && lines.length > 0) {
      lines.shift();
      tooLong = false;
    }
    if (rest.length > LONGEST_LINE) {
      rest = '';
      tooLong = true;
    }
    yield lines;
  }
  if (rest !== '' && !tooLong) yield [rest];
}
