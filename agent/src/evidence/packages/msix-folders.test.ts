import { expect, test } from 'vitest';
import { MSIX_FOLDERS } from './msix-folders.ts';

function owner(path: string) {
  return MSIX_FOLDERS.locate(path)[0]?.describe(Buffer.alloc(0));
}

test("a package's folder is its full name", () => {
  // The example of Microsoft's "Package identity overview" for a full name without a resource, and one with.
  const apps = 'C:\\Program Files\\WindowsApps\\';
  expect(owner(`${apps}Microsoft.WindowsTerminal_1.21.2361.0_x64__8wekyb3d8bbwe\\wt.exe`)).toEqual({
    manager: 'msix',
    name: 'Microsoft.WindowsTerminal_8wekyb3d8bbwe',
    version: '1.21.2361.0',
    architecture: 'x64',
    edition: undefined,
  });
  expect(owner(`${apps}Contoso.App_1.0.0.0_neutral_split.language-en_8wekyb3d8bbwe\\x\\y.exe`)).toMatchObject(
    {
      version: '1.0.0.0',
      edition: 'split.language-en',
    },
  );
});

test('other folders there are no packages', () => {
  for (const path of [
    'C:\\Program Files\\WindowsApps\\Deleted\\x.exe',
    'C:\\Program Files\\WindowsApps\\A_1.0_x64__8wekyb3d8bbwe\\x.exe',
    'C:\\Users\\ada\\AppData\\Local\\Microsoft\\WindowsApps\\wt.exe',
  ])
    expect(owner(path)).toBeUndefined();
});
