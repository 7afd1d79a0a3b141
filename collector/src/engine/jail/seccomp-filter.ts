/**
 * The system calls that an engine never needs and that reach beyond a jail, as a program for the kernel's filter
 * (classic BPF over `struct seccomp_data`). A list of what is refused, not of what is allowed: the engine is a
 * large foreign program, and one call too few would end it in the middle of an insert.
 */

interface Architecture {
  /** AUDIT_ARCH_* of <linux/audit.h>. */
  audit: number;
  calls: Readonly<Record<string, number>>;
  socket: number;
  clone: number;
}

/** The same number everywhere, since they are younger than both tables. */
const YOUNG = {
  pidfd_getfd: 438,
  process_madvise: 440,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mount_setattr: 442,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
};

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    socket: 41,
    clone: 56,
    calls: {
      ...{ ptrace: 101, process_vm_readv: 310, process_vm_writev: 311, kcmp: 312, perf_event_open: 298 },
      ...{ mount: 165, umount2: 166, pivot_root: 155, chroot: 161, unshare: 272, setns: 308 },
      ...{ add_key: 248, request_key: 249, keyctl: 250, bpf: 321, userfaultfd: 323 },
      ...{ kexec_load: 246, kexec_file_load: 320, init_module: 175, finit_module: 313, delete_module: 176 },
      ...{ swapon: 167, swapoff: 168, reboot: 169, acct: 163, syslog: 103, quotactl: 179, vhangup: 153 },
      ...{ settimeofday: 164, clock_settime: 227, adjtimex: 159, clock_adjtime: 305, iopl: 172, ioperm: 173 },
      ...{ sethostname: 170, setdomainname: 171, name_to_handle_at: 303, open_by_handle_at: 304 },
      ...YOUNG,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    socket: 198,
    clone: 220,
    calls: {
      ...{ ptrace: 117, process_vm_readv: 270, process_vm_writev: 271, kcmp: 272, perf_event_open: 241 },
      ...{ mount: 40, umount2: 39, pivot_root: 41, chroot: 51, unshare: 97, setns: 268 },
      ...{ add_key: 217, request_key: 218, keyctl: 219, bpf: 280, userfaultfd: 282 },
      ...{ kexec_load: 104, kexec_file_load: 294, init_module: 105, finit_module: 273, delete_module: 106 },
      ...{ swapon: 224, swapoff: 225, reboot: 142, acct: 89, syslog: 116, quotactl: 60, vhangup: 58 },
      ...{ settimeofday: 170, clock_settime: 112, adjtimex: 171, clock_adjtime: 266 },
      ...{ sethostname: 161, setdomainname: 162, name_to_handle_at: 264, open_by_handle_at: 265 },
      ...YOUNG,
    },
  },
};

/** The C library falls back to `clone`, whose flags a filter can see. */
const CLONE3 = 435;
/** NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e020000;
/** Unix, IPv4, IPv6 and netlink (a process asks for its own interfaces by it). Not vsock: no namespace holds that. */
const SOCKET_FAMILIES = [1, 2, 10, 16];

const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const refuseWith = (errno: number) => 0x00050000 | errno;

// Offsets in seccomp_data: the number of the call, the architecture, and the low half of the first argument.
const [NUMBER, ARCHITECTURE, FIRST_ARGUMENT] = [0, 4, 16];
/** Calls of the x32 kind carry this bit, and other numbers behind it. */
const X32_BIT = 0x40000000;

interface Instruction {
  code: number;
  yes?: number;
  no?: number;
  value: number;
}
const load = (offset: number): Instruction => ({ code: 0x20, value: offset });
const answer = (value: number): Instruction => ({ code: 0x06, value });
const ifEqual = (value: number, yes: number, no: number): Instruction => ({ code: 0x15, yes, no, value });
const ifAtLeast = (value: number, yes: number, no: number): Instruction => ({ code: 0x35, yes, no, value });
const ifAnyBit = (value: number, yes: number, no: number): Instruction => ({ code: 0x45, yes, no, value });

/** Undefined on a processor whose numbers of system calls are not listed here. Little-endian machines only. Pure. */
export function seccompFilter(processor: string): Buffer | undefined {
  const architecture = ARCHITECTURES[processor];
  if (!architecture) return undefined;
  const { audit, calls, socket, clone } = architecture;
  const program: Instruction[] = [
    load(ARCHITECTURE),
    ifEqual(audit, 1, 0),
    answer(KILL_PROCESS),
    load(NUMBER),
    ...(processor === 'x64' ? [ifAtLeast(X32_BIT, 0, 1), answer(KILL_PROCESS)] : []),
    ...Object.values(calls).flatMap((call) => [ifEqual(call, 0, 1), answer(refuseWith(EPERM))]),
    ifEqual(CLONE3, 0, 1),
    answer(refuseWith(ENOSYS)),
    ifEqual(clone, 0, 4),
    load(FIRST_ARGUMENT),
    ifAnyBit(NEW_NAMESPACES, 0, 1),
    answer(refuseWith(EPERM)),
    answer(ALLOW),
    ifEqual(socket, 0, 2 + SOCKET_FAMILIES.length),
    load(FIRST_ARGUMENT),
    ...SOCKET_FAMILIES.map((family, index) => ifEqual(family, SOCKET_FAMILIES.length - index, 0)),
    answer(refuseWith(EAFNOSUPPORT)),
    answer(ALLOW),
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, yes = 0, no = 0, value }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
