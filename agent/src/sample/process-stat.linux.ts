/** Reading one line of /proc/PID/stat, see proc_pid_stat(5). Pure. */

export interface ProcessStat {
  pid: number;
  name: string;
  state: string;
  parent: number;
  tty: number;
  kernelThread: boolean;
  /** Kernel start in clock ticks since boot. */
  startTicks: number;
  /**
   * Changes when the process starts another program (exec) while pid and start stay: the name, and the addresses
   * of its code and stack, which are random for each exec.
   */
  image: string;
}

const PF_KTHREAD = 0x0020_0000;
/** Every architecture that Node runs on has USER_HZ = 100. */
export const MS_PER_TICK = 10;

/** Undefined when the line is not one. The name may hold spaces and parentheses: it ends at the last one. */
export function parseProcessStat(line: string): ProcessStat | undefined {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const field = line.slice(close + 2).split(' ');
  // field[0] is the third of the manual's numbering.
  const [state, parent, , , tty, , flags] = field;
  const startTicks = Number(field[19]);
  if (state === undefined || !Number.isSafeInteger(startTicks)) return undefined;
  const name = line.slice(open + 1, close);
  return {
    pid: Number.parseInt(line, 10),
    name,
    state,
    parent: Number(parent),
    tty: Number(tty),
    kernelThread: (Number(flags) & PF_KTHREAD) !== 0,
    startTicks,
    image: `${name} ${field[23]} ${field[25]}`,
  };
}
