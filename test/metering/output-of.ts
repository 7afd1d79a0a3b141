import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** All that it writes to its standard output, once it has ended. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  return said;
}
