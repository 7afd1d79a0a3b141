import { expect, test } from 'vitest';
import { scriptInterpreter } from './script.ts';

const of = (text: string) => scriptInterpreter(Buffer.from(text, 'latin1'));

test('names the interpreter without its arguments', () => {
  expect(of('#!/bin/sh\necho')).toBe('/bin/sh');
  expect(of('#! /usr/bin/perl -w -T\n')).toBe('/usr/bin/perl');
  expect(of('#!/usr/bin/awk -f\r\n')).toBe('/usr/bin/awk');
  expect(of('#!/bin/dash')).toBe('/bin/dash');
});

test('names what env would start', () => {
  expect(of('#!/usr/bin/env python3\n')).toBe('python3');
  expect(of('#!/usr/bin/env -S node --import x\n')).toBe('node');
  expect(of('#!/usr/bin/env -Snode --import x\n')).toBe('node');
  expect(of('#!/usr/bin/env -i LANG=C bash\n')).toBe('bash');
  expect(of('#!/usr/bin/env\n')).toBe('/usr/bin/env');
});

test('says nothing about a line that names no program or is not text', () => {
  expect(of('#!\n/bin/sh')).toBeUndefined();
  expect(of('#!  \t\n')).toBeUndefined();
  expect(of('#!/bin/\xff\xfe\n')).toBeUndefined();
  expect(of('#!/bin/s\0h\n')).toBeUndefined();
});

test('reads no further than the kernel does', () => {
  expect(of(`#!/${'x'.repeat(5000)}\n`)?.length).toBe(254);
});
