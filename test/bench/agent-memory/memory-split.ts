/** What a process holds, told apart by what it is: pages of files, which the kernel can drop, and pages of its own. */

const KIB_PER_MIB = 1024;
const HEADER = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$/;
const FIGURE = /^(Rss|Pss|Anonymous): +(\d+) kB$/;

/** MiB, all of them. */
export interface MemorySplit {
  residentMib: number;
  /** As resident, but of pages that several processes map each counts its part. */
  proportionalMib: number;
  /** Unchanged pages of files that it maps. */
  ofFilesMib: number;
  /** Of those, the runtime's own file. */
  ofRuntimeMib: number;
  /** Everything that is not a page of a file. */
  ownMib: number;
  /** Of its own, what the C library gave out one by one, and what lies free in between. The rest: V8's heaps, code, stacks, large buffers. */
  ofCHeapMib: number;
}

/** `smaps`: the text of /proc/PID/smaps. */
export function splitOf(smaps: string, runtime = process.execPath): MemorySplit {
  const kib = { resident: 0, proportional: 0, runtime: 0, own: 0, cHeap: 0 };
  let name = '';
  let resident = 0;
  for (const line of smaps.split('\n')) {
    const header = HEADER.exec(line);
    if (header) name = header[1] as string;
    const [, figure, text] = FIGURE.exec(line) ?? [];
    const amount = Number(text);
    if (figure === 'Rss') {
      kib.resident += amount;
      resident = amount;
    } else if (figure === 'Pss') kib.proportional += amount;
    else if (figure === 'Anonymous') {
      kib.own += amount;
      if (name === '[heap]') kib.cHeap += amount;
      if (name === runtime) kib.runtime += resident - amount;
    }
  }
  return {
    residentMib: kib.resident / KIB_PER_MIB,
    proportionalMib: kib.proportional / KIB_PER_MIB,
    ofFilesMib: (kib.resident - kib.own) / KIB_PER_MIB,
    ofRuntimeMib: kib.runtime / KIB_PER_MIB,
    ownMib: kib.own / KIB_PER_MIB,
    ofCHeapMib: kib.cHeap / KIB_PER_MIB,
  };
}
