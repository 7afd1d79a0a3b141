import { expect, test } from 'vitest';
import { infoPlistPlaces, isInBundle } from './bundle-place.ts';

test('a program lies in the application around it', () => {
  expect(infoPlistPlaces('/Applications/Firefox.app/Contents/MacOS/firefox')).toEqual([
    '/Applications/Firefox.app/Contents/Info.plist',
    '/Applications/Firefox.app/Info.plist',
  ]);
});

test('of bundles within bundles the nearest comes first', () => {
  const inner = '/Applications/A.app/Contents/Frameworks/A.framework/Versions/12/Helpers/H.app';
  expect(infoPlistPlaces(`${inner}/Contents/MacOS/H`)).toEqual([
    `${inner}/Contents/Info.plist`,
    `${inner}/Info.plist`,
    '/Applications/A.app/Contents/Frameworks/A.framework/Versions/12/Resources/Info.plist',
    '/Applications/A.app/Contents/Frameworks/A.framework/Info.plist',
    '/Applications/A.app/Contents/Info.plist',
    '/Applications/A.app/Info.plist',
  ]);
});

test('a framework keeps an Info.plist for each version', () => {
  expect(infoPlistPlaces('/Library/F.framework/Versions/B/F')[0]).toBe(
    '/Library/F.framework/Versions/B/Resources/Info.plist',
  );
  expect(infoPlistPlaces('/Library/F.framework/F')).toEqual([
    '/Library/F.framework/Resources/Info.plist',
    '/Library/F.framework/Info.plist',
  ]);
});

test.each([
  ['/Applications/Safari.app/Contents/MacOS/Safari', true],
  ['/Library/Receipts/Old.pkg/Contents/Resources/postflight', true],
  ['/System/Library/PreferencePanes/Dock.prefPane/Contents/MacOS/Dock', true],
  ['/usr/lib/x86_64-linux-gnu/libc.so.6', false],
  ['/opt/tool.app', false],
  ['/opt/.app/tool', false],
  ['/opt/x.application/tool', false],
  ['/usr/lib/ruby/nokogiri.bundle', false],
])('%s is in a bundle: %s', (path, expected) => {
  expect(isInBundle(path)).toBe(expected);
  expect(infoPlistPlaces(path).length > 0).toBe(expected);
});

test('of very many bundles within each other the innermost eight are looked at', () => {
  const places = infoPlistPlaces(`${'/x.app'.repeat(600)}/tool`);
  expect(places).toHaveLength(16);
  expect(places[0]).toBe(`${'/x.app'.repeat(600)}/Contents/Info.plist`);
});
