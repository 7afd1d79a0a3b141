import { describe, expect, test } from 'vitest';
import { builtVersion, versionNode } from './fixtures/built-pe.ts';
import { parseVersionInformation } from './pe-version.ts';

const named = (ProductName: string) => ({ ProductName });

describe('which language is taken', () => {
  test.each<[string, Record<string, Record<string, string>>, string]>([
    [
      'American English',
      { '040704b0': named('Deutsch'), '080904b0': named('British'), '040904E4': named('US') },
      'US',
    ],
    [
      'other English',
      { '000004b0': named('neutral'), '040704b0': named('Deutsch'), '080904b0': named('British') },
      'British',
    ],
    ['no language', { '040704b0': named('Deutsch'), '000004b0': named('neutral') }, 'neutral'],
    ['the first', { '041104b0': named('日本語'), '040704b0': named('Deutsch') }, '日本語'],
    ['a key that is none comes last', { nonsense: named('odd'), '040704b0': named('Deutsch') }, 'odd'],
  ])('%s', (_, tables, productName) => {
    expect(parseVersionInformation(builtVersion(tables)).productName).toBe(productName);
  });

  test('what the chosen language leaves out is taken from the next', () => {
    const tables = {
      '040704b0': { ProductName: 'Deutsch', CompanyName: 'Firma' },
      '040904b0': { ProductName: 'US', CompanyName: '' },
    };
    expect(parseVersionInformation(builtVersion(tables))).toMatchObject({
      productName: 'US',
      companyName: 'Firma',
    });
  });
});

describe('values', () => {
  const one = (strings: Record<string, string>, fixed?: Buffer) =>
    parseVersionInformation(builtVersion({ '040904b0': strings }, fixed));

  test('spaces around them are not theirs, empty ones are missing, keys have any case', () => {
    expect(one({ PRODUCTNAME: '  Gauge ', CompanyName: '   ' })).toEqual({ productName: 'Gauge' });
  });

  test('the original name never has a folder in it', () => {
    expect(one({ OriginalFilename: 'C:\\Users\\canary\\out\\tool.exe' }).originalName).toBe('tool.exe');
    expect(one({ OriginalFilename: '/home/canary/tool.exe' }).originalName).toBe('tool.exe');
    expect(one({ OriginalFilename: 'C:\\Users\\canary\\' }).originalName).toBeUndefined();
  });

  test('half a character makes a text none', () => {
    expect(one({ ProductName: 'a\ud800', CompanyName: '😀' })).toEqual({ companyName: '😀' });
  });

  test('a version in words comes before the one in numbers, and zeros are no version', () => {
    const fixed = Buffer.alloc(52);
    fixed.writeUInt32LE(0xfeef04bd, 0);
    expect(one({ ProductName: 'x' }, fixed).productVersion).toBeUndefined();
    for (const [at, number] of [
      [18, 24],
      [16, 21],
      [22, 0],
      [20, 7],
    ] as const)
      fixed.writeUInt16LE(number, at);
    expect(one({ ProductName: 'x' }, fixed).productVersion).toBe('24.21.0.7');
    expect(one({ ProductVersion: '24.21 beta' }, fixed).productVersion).toBe('24.21 beta');
    fixed.writeUInt32LE(1, 0);
    expect(one({ ProductName: 'x' }, fixed).productVersion).toBeUndefined();
  });

  test('a length in bytes where one in characters belongs, as some linkers write it, changes nothing', () => {
    const node = versionNode('ProductName', 'Gauge');
    node.writeUInt16LE(12, 2);
    const table = versionNode('040904b0', '', node, versionNode('CompanyName', 'Firm'));
    const bytes = versionNode('VS_VERSION_INFO', Buffer.alloc(0), versionNode('StringFileInfo', '', table));
    expect(parseVersionInformation(bytes)).toMatchObject({ productName: 'Gauge', companyName: 'Firm' });
  });
});

describe('hostile trees', () => {
  test('nodes without length end the list they are in', () => {
    const table = versionNode('040904b0', '', versionNode('ProductName', 'Gauge'), Buffer.alloc(4000));
    const bytes = versionNode('VS_VERSION_INFO', Buffer.alloc(0), versionNode('StringFileInfo', '', table));
    expect(parseVersionInformation(bytes)).toEqual({ productName: 'Gauge' });
  });

  test('a node that claims more than its parent has ends with it', () => {
    const endless = versionNode('ProductName', 'Gauges').subarray(0, -2);
    endless.writeUInt16LE(0xffff, 0);
    endless.writeUInt16LE(0xffff, 2);
    const info = versionNode('StringFileInfo', '', versionNode('040904b0', '', endless));
    const bytes = versionNode('VS_VERSION_INFO', Buffer.alloc(0), info, versionNode('Other', 'beyond'));
    expect(bytes.includes(Buffer.from('Gauges\0', 'utf16le'))).toBe(false);
    expect(parseVersionInformation(bytes)).toEqual({ productName: 'Gauges' });
  });

  test('a tree of nothing but heads, cut anywhere, says nothing', () => {
    const heads = Buffer.alloc(65_535, Buffer.from('0800000001000000', 'hex'));
    expect(parseVersionInformation(heads)).toEqual({});
    const whole = builtVersion({ '040904b0': named('Gauge') });
    for (let length = 0; length < whole.length; length++)
      expect(['Gauge', undefined, ...prefixes('Gauge')]).toContain(
        parseVersionInformation(whole.subarray(0, length)).productName,
      );
  });
});

function prefixes(text: string): string[] {
  return Array.from(text, (_, index) => text.slice(0, index + 1));
}
