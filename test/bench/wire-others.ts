/**
 * What two other inventory agents send of this computer, each in its own words. Their local mode writes the XML
 * that their server mode sends compressed by zlib at its usual level; headers and their first request are left out.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { type Figures, plain } from './bench.ts';

const AGENTS = [
  {
    name: 'ocsinventory-agent',
    figure: 'Ocs',
    args: (folder: string) => ['--local', folder, '--basevardir', folder, '--force'],
  },
  {
    name: 'fusioninventory-agent',
    figure: 'FusionInventory',
    args: (folder: string) => [
      ...['--local', join(folder, 'inventory.xml'), '--force'],
      ...['--no-httpd', '--tasks=inventory', '--no-fork'],
    ],
  },
] as const;

/** Each once, in a folder of its own below `root`. Agents that are not installed are named and left out. */
export function reportsOfOthers(root: string, say: (progress: string) => void): Figures {
  const figures: Figures = {};
  for (const { name, figure, args } of AGENTS) {
    const folder = join(root, name);
    mkdirSync(folder);
    try {
      execFileSync(name, args(folder), { stdio: 'ignore', timeout: 120_000 });
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      say(missing ? `not here: ${name}; apt-get install ${name}` : `${name} failed: ${error}`);
      continue;
    }
    const file = readdirSync(folder).find((each) => /\.(ocs|xml)$/.test(each));
    if (!file) throw new Error(`${name} wrote no inventory`);
    const xml = readFileSync(join(folder, file));
    const packages = xml.toString('latin1').split('<SOFTWARES>').length - 1;
    say(`${name}: ${packages} packages`);
    figures[`bytes${figure}`] = plain(deflateSync(xml).length, `bytes / inventory of ${packages} packages`);
    figures[`bytes${figure}Plain`] = plain(xml.length, 'bytes before compression');
  }
  return figures;
}
