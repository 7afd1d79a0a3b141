import { expect, test } from 'vitest';
import { signerName } from './signer-name.ts';

test.each([
  ['Developer ID Application: Node.js Foundation (HX7739G8FX)', 'Node.js Foundation'],
  ['3rd Party Mac Developer Application: Example: Tools (ABCDE12345)', 'Example: Tools'],
  ['Apple Distribution: Jane Doe (Example) (ABCDE12345)', 'Jane Doe (Example)'],
  ['Software Signing', 'Software Signing'],
  ['Apple Mac OS Application Signing', 'Apple Mac OS Application Signing'],
  ['Example: not by Apple', 'Example: not by Apple'],
])('%s is %s', (commonName, name) => {
  expect(signerName(commonName)).toBe(name);
});

test.each([
  ['Apple Development: Jane Doe (ABCDE12345)', 'Apple Development'],
  ['Mac Developer: jane@example.org (ABCDE12345)', 'Mac Developer'],
  ['iPhone Developer: Jane Doe', 'iPhone Developer'],
  ['jane@example.org', undefined],
  ['Developer ID Application: Jane <jane@example.org> (ABCDE12345)', 'Jane'],
])('who tried a program, and where mail goes, is not told: %s', (commonName, name) => {
  expect(signerName(commonName)).toBe(name);
});
