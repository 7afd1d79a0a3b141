import { describe, expect, test } from 'vitest';
import { EMPTY_CATALOGUE, parseCatalogue } from './catalogue.ts';

const rule = (name: string, application: string) => ({ package: name, application, publisher: 'P' });
const text = (rules: unknown[], version: unknown = '1') => JSON.stringify({ version, rules });

describe('a catalogue', () => {
  test('answers with the first rule that fits, exact or by its beginning', () => {
    const catalogue = parseCatalogue(
      text([rule('git-man', 'Manual'), rule('git*', 'Git'), rule('gitk', 'never'), rule('*', 'Other')]),
    );
    const named = (name: string) => catalogue.ruleFor(name)?.application;
    expect(['git', 'git-man', 'gitk', 'bash'].map(named)).toEqual(['Git', 'Manual', 'Git', 'Other']);
    expect(EMPTY_CATALOGUE.ruleFor('git')).toBeUndefined();
  });

  test('has the same fingerprint exactly when it maps alike, whatever its version is called', () => {
    const one = parseCatalogue(text([rule('git', 'Git')]));
    expect(parseCatalogue(text([rule('git', 'Git')], '2')).fingerprint).toBe(one.fingerprint);
    expect(parseCatalogue(text([rule('git', 'Git!')])).fingerprint).not.toBe(one.fingerprint);
    expect(parseCatalogue(text([])).fingerprint).toBe(EMPTY_CATALOGUE.fingerprint);
  });

  test.each([
    ['{', /not JSON/],
    ['[]', /must be an object with version, rules/],
    [JSON.stringify({ version: '1', rules: {} }), /rules must be a list/],
    [text([], 7), /version must be text/],
    [text([rule('git', 'Git'), { ...rule('a', 'A'), publisher: 7 }]), /rules\[1\]\.publisher must be text/],
    [text([{ ...rule('a', 'A'), licence: 'x' }]), /rules\[0\] has an unknown key "licence"/],
    [text([rule('a*b', 'A')]), /rules\[0\]\.package may have a \* only at its end/],
    [text([rule('a', 'x'.repeat(257))]), /rules\[0\]\.application is longer than 256/],
  ])('%s is refused with its place', (content, message) => {
    expect(() => parseCatalogue(content)).toThrow(message);
  });
});
