/** What the census finds below the folders that are named, as JSON: for tests that look from within other mounts. */
import { HomeRules } from './home-rules.ts';
import { Mounts } from './mounts.ts';
import { findPrograms } from './program-files.ts';
import { homesOfPeople } from './usual-roots.ts';

const roots = process.argv.slice(2);
const rules = new HomeRules(homesOfPeople(), roots);
console.log(JSON.stringify(findPrograms(roots, Mounts.ofThisComputer(), new Map(), rules)));
