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

  test('says what counts as use of an application once, in whichever of its rules', () => {
    const rules = [
      rule('a', 'A'),
      { ...rule('b', 'A'), usedBy: 'run' },
      { ...rule('c', 'A'), usedBy: 'run' },
    ];
    const catalogue = parseCatalogue(text([...rules, { ...rule('d', 'D'), usedBy: 'foreground' }]));
    expect(catalogue.bases).toEqual([
      { application: 'A', publisher: 'P', usedBy: 'run' },
      { application: 'D', publisher: 'P', usedBy: 'foreground' },
    ]);
    expect(catalogue.fingerprint).not.toBe(parseCatalogue(text([...rules, rule('d', 'D')])).fingerprint);
  });

  test.each([
    ['{', /not JSON/],
    ['[]', /must be an object with version, rules/],
    [JSON.stringify({ version: '1', rules: {} }), /rules must be a list/],
    [text([], 7), /version must be text/],
    [text([rule('git', 'Git'), { ...rule('a', 'A'), publisher: 7 }]), /rules\[1\]\.publisher must be text/],
    [text([{ ...rule('a', 'A'), licence: 'x' }]), /rules\[0\] has an unknown key "licence"/],
    [
      text([{ ...rule('a', 'A'), usedBy: 'magic' }]),
      /rules\[0\]\.usedBy must be one of foreground, user launch, run/,
    ],
    [
      text([
        { ...rule('a', 'A'), usedBy: 'run' },
        rule('b', 'A'),
        { ...rule('c', 'A'), usedBy: 'foreground' },
      ]),
      /rules\[2\]\.usedBy says foreground of A, and rules\[0\]\.usedBy run/,
    ],
    [
      text(Array.from({ length: 10_001 }, (_, n) => ({ ...rule('a', `A${n}`), usedBy: 'run' }))),
      /usedBy is said of more than 10000 applications/,
    ],
    [text([rule('a*b', 'A')]), /rules\[0\]\.package may have a \* only at its end/],
    [text([rule('a', 'x'.repeat(257))]), /rules\[0\]\.application is longer than 256/],
  ])('%s is refused with its place', (content, message) => {
    expect(() => parseCatalogue(content)).toThrow(message);
  });
});
