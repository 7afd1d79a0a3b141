/** Commits processed ranges to the control store: checkpoint, marks and records put aside, all or nothing. */
import { join } from 'node:path';
import { SqliteControlStore } from '../../../collector/src/control/sqlite-control-store.ts';
import type { SteppedWork } from './stepped-work.ts';

const RANGES = 4;
const FIRST_DAY = 20_000;

const open = (folder: string): SqliteControlStore =>
  new SqliteControlStore({ path: join(folder, 'control.db') });

export const work: SteppedWork = {
  async prepare(folder) {
    open(folder).close();
  },

  async run(folder, say) {
    const control = open(folder);
    say(`collector ${Buffer.from(control.collectorId).toString('hex')}`);
    for (let range = 1; range <= RANGES; range++) {
      const { numbers } = control.internExecutables(Buffer.alloc(8, range));
      say(`executable ${range} ${numbers[0]}`);
      control.commitProcessed({
        checkpoint: range * 10,
        dirty: [{ kind: 'usage-day', day: FIRST_DAY + range }],
        ...{ directives: [], resolved: [], superseded: [], evidenceProcessed: [] },
        undescribedUse: [{ executableNo: numbers[0] as number, day: FIRST_DAY + range }],
        quarantined: [],
        now: range,
      });
      await control.synced();
      say(`range ${range}`);
    }
    control.close();
  },

  async faults(folder, said) {
    const faults: string[] = [];
    const control = open(folder);
    const id = said.find((word) => word.startsWith('collector '))?.slice('collector '.length);
    if (id !== undefined && id !== Buffer.from(control.collectorId).toString('hex'))
      faults.push('it is another collector');
    const promised = said.filter((word) => word.startsWith('range ')).length;
    const range = control.checkpoint() / 10;
    if (range !== promised && range !== promised + 1)
      faults.push(`checkpoint of range ${range} after ${promised}`);
    const days = control.dirtyMarks().map(({ target }) => (target.kind === 'usage-day' ? target.day : 0));
    const right = Array.from({ length: range }, (_, index) => FIRST_DAY + 1 + index);
    if (days.sort().join() !== right.join()) faults.push(`days ${days} are marked and not ${right}`);
    for (const word of said) {
      const [, executable, number] = /^executable (\d+) (\d+)$/.exec(word) ?? [];
      if (executable === undefined) continue;
      const again = control.internExecutables(Buffer.alloc(8, Number(executable)));
      if (again.created.length > 0 || again.numbers[0] !== Number(number))
        faults.push(`executable ${executable} had number ${number} and has ${again.numbers[0]}`);
      if (Number(executable) <= range && control.daysOfUndescribedUse([Number(number)]).length !== 1)
        faults.push(`the use of executable ${executable} is forgotten`);
    }
    control.close();
    return faults;
  },
};
