// Does one stepped work. Arguments: its name, its folder, and `early` to say everything before it is true, as a program
// would that does not wait for the disk.
import { cpSync, mkdirSync, writeSync } from 'node:fs';
import type { SteppedWork } from './stepped-work.ts';

const [name, folder, when] = process.argv.slice(2) as [string, string, string | undefined];
mkdirSync(folder, { recursive: true });
const { work } = (await import(`./${name}-steps.ts`)) as { work: SteppedWork };
const say = (word: string): void => void writeSync(1, `${word}\n`);
if (when === 'early') {
  const elsewhere = `${folder}-elsewhere`;
  cpSync(folder, elsewhere, { recursive: true });
  await work.run(elsewhere, say);
}
await work.run(folder, when === 'early' ? () => {} : say);
