import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { infoOf } from './info-plist.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const RUNS = FULL ? 300_000 : 5000;
const FIXTURES = `${import.meta.dirname}/../fixtures/plist`;

interface RecordedPlist {
  source: string;
  /** All of it, as Python's plistlib reads it. */
  expected: Record<string, unknown>;
}
const RECORDED: Record<string, RecordedPlist> = JSON.parse(readFileSync(`${FIXTURES}/recorded.json`, 'utf8'));
const real = (name: string): Buffer => readFileSync(`${FIXTURES}/${name}.plist`);

describe('real files', () => {
  test.each(Object.keys(RECORDED))('%s says what plistlib reads in it', (name) => {
    const { expected } = RECORDED[name] as RecordedPlist;
    expect(expected.CFBundleIdentifier).toBeTypeOf('string');
    expect(infoOf(real(name))).toEqual({
      id: expected.CFBundleIdentifier,
      name: expected.CFBundleName,
      version: expected.CFBundleShortVersionString,
    });
  });

  test('both kinds are among them', () => {
    const kinds = Object.keys(RECORDED).map((name) => real(name).toString('latin1', 0, 6));
    expect(new Set(kinds)).toEqual(new Set(['<?xml ', 'bplist']));
  });
});

const document = (entries: string): Buffer =>
  Buffer.from(`<plist version="1.0"><dict>${entries}</dict></plist>`);
const NAME = '<key>CFBundleName</key>';

describe('XML', () => {
  test('entities, comments, CDATA, spaces and an empty element', () => {
    const name = (text: string): string | undefined =>
      infoOf(document(`${NAME}<string>${text}</string>`))?.name;
    expect(name('R&amp;D &#x2713; &#65;&lt;')).toBe('R&D ✓ A<');
    expect(name('a<!-- <string>no</string> -->b<![CDATA[&amp;<c>]]>')).toBe('ab&amp;<c>');
    expect(name('  Müller \n')).toBe('Müller');
    expect(name('&unknown;')).toBeUndefined();
    expect(name('&#xd800;')).toBeUndefined();
    expect(name('$(PRODUCT_NAME)')).toBeUndefined();
    expect(infoOf(document(`${NAME}<string/><key>CFBundleVersion</key><string>1</string>`))).toEqual({
      version: '1',
    });
    expect(infoOf(document('<key >CFBundleName</key ><string xml:space="preserve">A</string>'))?.name).toBe(
      'A',
    );
  });

  test('UTF-16 with a byte order mark', () => {
    const text = `\ufeff${document(`${NAME}<string>Größe 艦</string>`).toString()}`;
    expect(infoOf(Buffer.from(text, 'utf16le'))?.name).toBe('Größe 艦');
    expect(infoOf(Buffer.from(text, 'utf16le').swap16())?.name).toBe('Größe 艦');
    expect(infoOf(Buffer.from(text, 'utf8'))?.name).toBe('Größe 艦');
    expect(infoOf(Buffer.concat([document(`${NAME}<string>`), Buffer.from([0xff, 0xc0])]))).toBeUndefined();
  });

  test('what stands in an inner dictionary is about something else', () => {
    const inner = `<key>Types</key><array><dict>${NAME}<string>Type</string></dict></array><string>stray</string>`;
    expect(infoOf(document(`${inner}${NAME}<string>App</string>${NAME}<string>Second</string>`))?.name).toBe(
      'App',
    );
    expect(infoOf(document(`${NAME}<dict><string>Deep</string></dict>`))).toBeUndefined();
    expect(infoOf(document(`${NAME}<key>x</key><string>Other</string>`))).toBeUndefined();
  });

  test('names that people see come before names of the build', () => {
    const texts = (entries: Record<string, string>): Buffer =>
      document(
        Object.entries(entries)
          .map(([key, text]) => `<key>${key}</key><string>${text}</string>`)
          .join(''),
      );
    expect(infoOf(texts({ CFBundleVersion: '77', CFBundleShortVersionString: '1.2' }))?.version).toBe('1.2');
    expect(infoOf(texts({ CFBundleVersion: '77' }))?.version).toBe('77');
    expect(infoOf(texts({ CFBundleDisplayName: 'Shown' }))?.name).toBe('Shown');
    expect(infoOf(texts({ Other: 'x' }))).toBeUndefined();
  });

  test('a document that is only half there says nothing, wherever it is cut', { timeout: 30_000 }, () => {
    const whole = real('application-xml');
    const end = whole.lastIndexOf('</dict>');
    for (let length = 0; length <= end; length++) expect(infoOf(whole.subarray(0, length))).toBeUndefined();
    expect(infoOf(whole.subarray(0, end + 7))?.name).toBe('terminal-notifier');
  });

  test('other roots, entities that would grow, endless nesting and openings without end', {
    timeout: 30_000,
  }, () => {
    expect(infoOf(Buffer.from(`<html><dict>${NAME}<string>A</string></dict></html>`))).toBeUndefined();
    expect(infoOf(Buffer.from(`<plist><array>${NAME}<string>A</string></array></plist>`))).toBeUndefined();
    const bomb = '<!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>';
    expect(
      infoOf(Buffer.concat([Buffer.from(bomb), document(`${NAME}<string>&b;</string>`)])),
    ).toBeUndefined();
    expect(infoOf(document('<dict>'.repeat(170_000)))).toBeUndefined();
    const deep = `<key>x</key>${'<array>'.repeat(60_000)}${'</array>'.repeat(60_000)}`;
    expect(infoOf(document(`${deep}${NAME}<string>A</string>`))?.name).toBe('A');
    // Each of these would take a pass over the rest for every opening, were the first not the last.
    for (const opening of ['<!--', '<![CDATA[', '<string', '<', '&', '<key>'])
      expect(infoOf(document(opening.repeat(1_000_000 / opening.length)))).toBeUndefined();
  });
});

/** Objects in their encoded form; the first is the outermost. */
function binary(
  objects: Buffer[],
  change: { outermost?: number; objects?: number; table?: number } = {},
): Buffer {
  const offsets = objects.map(
    (_, index) => 8 + objects.slice(0, index).reduce((sum, { length }) => sum + length, 0),
  );
  const table = 8 + objects.reduce((sum, { length }) => sum + length, 0);
  const trailer = Buffer.alloc(32);
  trailer[6] = 2;
  trailer[7] = 1;
  trailer.writeBigUInt64BE(BigInt(change.objects ?? objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(change.outermost ?? 0), 16);
  trailer.writeBigUInt64BE(BigInt(change.table ?? table), 24);
  return Buffer.concat([
    Buffer.from('bplist00'),
    ...objects,
    Buffer.from(offsets.flatMap((offset) => [offset >> 8, offset & 0xff])),
    trailer,
  ]);
}
const ascii = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x5f, 0x10, text.length]), Buffer.from(text)]);

describe('binary', () => {
  const entry = [Buffer.from([0xd1, 1, 2]), ascii('CFBundleName'), ascii('App')];

  test('texts in ASCII, UTF-16 and UTF-8', () => {
    expect(infoOf(binary(entry))).toEqual({ name: 'App' });
    const wide = Buffer.concat([Buffer.from([0x65]), Buffer.from('Größe', 'utf16le').swap16()]);
    expect(infoOf(binary([...entry.slice(0, 2), wide]))).toEqual({ name: 'Größe' });
    const utf8 = Buffer.concat([Buffer.from([0x77]), Buffer.from('Größe')]);
    expect(infoOf(binary([...entry.slice(0, 2), utf8]))).toEqual({ name: 'Größe' });
    expect(infoOf(binary([...entry.slice(0, 2), Buffer.from([0x61, 0xd8, 0x00])]))).toBeUndefined();
  });

  test('references in a circle, to nothing, and to what is no text', () => {
    const [dictionary, key] = entry as [Buffer, Buffer];
    expect(infoOf(binary([Buffer.from([0xd1, 0, 0])]))).toBeUndefined();
    expect(infoOf(binary([Buffer.from([0xd1, 1, 0]), key]))).toBeUndefined();
    expect(infoOf(binary([Buffer.from([0xd2, 1, 1, 0, 2]), key, ascii('App')]))?.name).toBe('App');
    expect(infoOf(binary([Buffer.from([0xd1, 1, 99]), key]))).toBeUndefined();
    expect(infoOf(binary([dictionary, key, Buffer.from([0xa1, 2])]))).toBeUndefined();
    expect(infoOf(binary(entry, { outermost: 1 }))).toBeUndefined();
    expect(infoOf(binary(entry, { outermost: 3 }))).toBeUndefined();
  });

  test('counts and places beyond the file', () => {
    expect(infoOf(binary(entry, { objects: 2 ** 52 }))).toBeUndefined();
    expect(infoOf(binary(entry, { table: 2 ** 40 }))).toBeUndefined();
    const counted = (...bytes: number[]): Buffer[] => [Buffer.from([0xdf, ...bytes]), ...entry.slice(1)];
    expect(infoOf(binary(counted(0x10, 1, 1, 2)))?.name).toBe('App');
    expect(infoOf(binary(counted(0x13, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2)))?.name).toBe('App');
    expect(
      infoOf(binary(counted(0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2))),
    ).toBeUndefined();
    expect(infoOf(binary(counted(0x12, 0xff, 0xff, 0xff, 0xff, 1, 2)))).toBeUndefined();
    expect(infoOf(binary(counted(0x14, 1)))).toBeUndefined();
    const long = Buffer.concat([Buffer.from([0x5f, 0x12, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(50)]);
    expect(infoOf(binary([...entry.slice(0, 2), long]))).toBeUndefined();
    for (const at of [6, 7]) {
      const file = binary(entry);
      for (const width of [0, 9, 255]) {
        file[file.length - 32 + at] = width;
        expect(infoOf(file)).toBeUndefined();
      }
    }
  });

  test('a file that is only half there says nothing, wherever it is cut', () => {
    const whole = real('framework-binary');
    for (let length = 0; length < whole.length; length++)
      expect(infoOf(whole.subarray(0, length))).toBeUndefined();
  });
});

test(`${RUNS} variations of real files throw nothing and say no more than texts`, {
  timeout: FULL ? 3_600_000 : 60_000,
}, () => {
  const files = Object.keys(RECORDED).map((name) => ({ original: real(name), said: infoOf(real(name)) }));
  const changes = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 0x3c, 0x3e, 0xff), fc.nat(255))), {
    maxLength: 20,
  });
  let differed = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      changes,
      fc.option(fc.nat(), { freq: 5 }),
      ({ original, said }, changed, end) => {
        const file = Buffer.from(original);
        for (const [place, value] of changed) file[place % file.length] = value;
        const varied = infoOf(end === null ? file : file.subarray(end % file.length));
        for (const text of Object.values(varied ?? {}))
          if (text !== undefined) expect(text.length).toBeLessThanOrEqual(2048);
        if (JSON.stringify(varied) !== JSON.stringify(said)) differed++;
      },
    ),
    { numRuns: RUNS },
  );
  expect(differed, 'variations that mattered').toBeGreaterThan(RUNS / 20);
});
