import { expect, test } from 'vitest';
import { executableFormat } from './executable-format.ts';

function bytes(hex: string, length = 4096): Buffer {
  const all = Buffer.alloc(length);
  Buffer.from(hex.replaceAll(' ', ''), 'hex').copy(all);
  return all;
}

function pe(headerAt: number): Buffer {
  const file = bytes('4d5a');
  file.writeUInt32LE(headerAt, 0x3c);
  if (headerAt <= 4092) file.write('PE\0\0', headerAt, 'latin1');
  return file;
}

test('tells the formats by their first bytes', () => {
  expect(executableFormat(bytes('7f454c46 020101'))).toBe('elf');
  expect(executableFormat(bytes('7f454c46 010201'))).toBe('elf');
  expect(executableFormat(Buffer.from('#!/bin/sh\n'))).toBe('script');
  for (const magic of ['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe'])
    expect(executableFormat(bytes(magic))).toBe('macho');
  expect(executableFormat(pe(0x80))).toBe('pe');
});

test('a fat Mach-O is told from a Java class file by the number of architectures', () => {
  expect(executableFormat(bytes('cafebabe 00000002'))).toBe('macho');
  expect(executableFormat(bytes('cafebabf 00000002'))).toBe('macho');
  expect(executableFormat(bytes('cafebabe 00000034'))).toBeUndefined();
  expect(executableFormat(bytes('cafebabe 00000000'))).toBeUndefined();
});

test('MZ without a PE header is no PE file, wherever its pointer points', () => {
  expect(executableFormat(Buffer.from('MZ is how this text begins'))).toBeUndefined();
  expect(executableFormat(bytes('4d5a'))).toBeUndefined();
  expect(executableFormat(pe(0xfffffff0))).toBeUndefined();
  expect(executableFormat(pe(4093))).toBeUndefined();
});

test('files too short to be anything are nothing', () => {
  for (const text of ['', '#', '\x7fEL', 'M', 'MZ'])
    expect(executableFormat(Buffer.from(text, 'latin1'))).toBeUndefined();
});
