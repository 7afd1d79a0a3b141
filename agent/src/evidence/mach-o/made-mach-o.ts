/** For tests: Mach-O files of a few hundred bytes with the load commands that a test wants. */

export const UUID = 0x1b;
export const CODE_SIGNATURE = 0x1d;

export interface ThinFile {
  cpu: [type: number, subtype: number];
  commands: Buffer[];
  /** Default true: 64 bit. */
  wide?: boolean;
  bigEndian?: boolean;
  rest?: { at: number; bytes: Buffer };
}

export function thinFile({ cpu, commands, wide = true, bigEndian = false, rest }: ThinFile): Buffer {
  const body = Buffer.concat(commands);
  const header = numbers(
    [wide ? 0xfeedfacf : 0xfeedface, ...cpu, 2, commands.length, body.length, 0, ...(wide ? [0] : [])],
    bigEndian,
  );
  const file = Buffer.concat([header, body]);
  if (!rest) return file;
  const whole = Buffer.alloc(rest.at + rest.bytes.length);
  file.copy(whole);
  rest.bytes.copy(whole, rest.at);
  return whole;
}

export function command(kind: number, content: Buffer, { bigEndian = false } = {}): Buffer {
  return Buffer.concat([numbers([kind, 8 + content.length], bigEndian), content]);
}

export function signatureCommand(offset: number, size: number): Buffer {
  return command(CODE_SIGNATURE, numbers([offset, size]));
}

/** A segment with one section, which holds the Info.plist. */
export function infoPlistSegment(offset: number, size: number, wide: boolean): Buffer {
  const name = (text: string): Buffer => Buffer.from(text.padEnd(16, '\0'));
  const section = wide ? numbers([0, 0, size, 0, offset]) : numbers([0, size, offset]);
  const [segmentBytes, sectionBytes] = wide ? [64, 80] : [48, 68];
  const content = Buffer.alloc(segmentBytes + sectionBytes);
  name('__TEXT').copy(content);
  Buffer.concat([name('__info_plist'), name('__TEXT'), section]).copy(content, segmentBytes);
  return command(wide ? 0x19 : 0x1, content);
}

/** Programs at distances of 4,096 bytes, as linkers lay them. */
export function fatFile(programs: Buffer[], { wide = false } = {}): Buffer {
  const entryBytes = wide ? 32 : 20;
  const file = Buffer.alloc(4096 * (programs.length + 1));
  file.writeUInt32BE(wide ? 0xcafebabf : 0xcafebabe);
  file.writeUInt32BE(programs.length, 4);
  programs.forEach((program, index) => {
    const entry = 8 + index * entryBytes;
    const at = 4096 * (index + 1);
    // Processor types in the table are not looked at: the programs have their own.
    if (wide) {
      file.writeBigUInt64BE(BigInt(at), entry + 8);
      file.writeBigUInt64BE(BigInt(program.length), entry + 16);
    } else {
      file.writeUInt32BE(at, entry + 8);
      file.writeUInt32BE(program.length, entry + 12);
    }
    program.copy(file, at);
  });
  return file;
}

/** 32 bits each. */
export function numbers(values: number[], bigEndian = false): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    if (bigEndian) bytes.writeUInt32BE(value >>> 0, index * 4);
    else bytes.writeUInt32LE(value >>> 0, index * 4);
  });
  return bytes;
}
