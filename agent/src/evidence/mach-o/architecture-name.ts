/** Names of processor types as `lipo` and `otool` print them. Numbers: `mach/machine.h`. */

const X86 = 7;
const ARM = 12;
const POWERPC = 18;
/** Marks a 64-bit processor, and a 64-bit processor with 32-bit addresses. */
const ABI_64 = 0x0100_0000;
const ABI_64_32 = 0x0200_0000;

const NAMES: ReadonlyMap<number, string> = new Map([
  [X86, 'i386'],
  [X86 | ABI_64, 'x86_64'],
  [ARM, 'arm'],
  [ARM | ABI_64, 'arm64'],
  [ARM | ABI_64_32, 'arm64_32'],
  [POWERPC, 'ppc'],
  [POWERPC | ABI_64, 'ppc64'],
]);

/** Subtypes with a name of their own, by `type/subtype`. */
const SUBTYPE_NAMES: ReadonlyMap<string, string> = new Map([
  [`${X86 | ABI_64}/8`, 'x86_64h'],
  [`${ARM}/6`, 'armv6'],
  [`${ARM}/9`, 'armv7'],
  [`${ARM}/11`, 'armv7s'],
  [`${ARM}/12`, 'armv7k'],
  [`${ARM | ABI_64}/2`, 'arm64e'],
]);

export interface Processor {
  cpuType: number;
  /** Without its capability bits. */
  cpuSubtype: number;
}

/** An unknown type is named by its numbers. */
export function architectureName({ cpuType, cpuSubtype }: Processor): string {
  const name = SUBTYPE_NAMES.get(`${cpuType}/${cpuSubtype}`) ?? NAMES.get(cpuType);
  return name ?? `cpu${cpuType}.${cpuSubtype}`;
}
