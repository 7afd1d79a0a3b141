/** Outputs of `reg query`, as far as they were found in public; nothing of this was run on Windows. */
import { expect, test } from 'vitest';
import { WindowsPackageOwners } from './package-owner.win32.ts';
import { COMPONENTS_KEY, packedCode, UNINSTALL_KEYS } from './uninstall-entries.ts';
import { EDITION_KEYS } from './windows-editions.ts';

/** github.com/mykola-mokhnach/appium-windows-driver, test/unit/registry-specs.js, shortened. */
const PROGRAMS = String.raw`
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\AddressBook

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Connection Manager
    SystemComponent    REG_DWORD    0x1

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{12B6D916-FD64-471C-8EF7-C04443A75F8D}
    AuthorizedCDFPrefix    REG_SZ
    Comments    REG_SZ
    DisplayVersion    REG_SZ    40.28.30105
    InstallDate    REG_SZ    20211019
    InstallLocation    REG_SZ
    InstallSource    REG_SZ    C:\ProgramData\Package Cache\{12B6D916-FD64-471C-8EF7-C04443A75F8D}v40.28.30105\
    ModifyPath    REG_EXPAND_SZ    MsiExec.exe /X{12B6D916-FD64-471C-8EF7-C04443A75F8D}
    NoModify    REG_DWORD    0x1
    Publisher    REG_SZ    Microsoft Corporation
    EstimatedSize    REG_DWORD    0x16c
    WindowsInstaller    REG_DWORD    0x1
    Version    REG_DWORD    0x281c7599
    DisplayName    REG_SZ    Microsoft .NET Host - 5.0.7 (x64)

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{29DA7679-80B6-452A-B264-349BAEE7CC0E}
    DisplayVersion    REG_SZ    1.2.99.0
    Publisher    REG_SZ    Microsoft Corporation
    WindowsInstaller    REG_DWORD    0x1
    DisplayName    REG_SZ    Windows Application Driver
`;

/** Written here, with the names of values that Inno Setup gives them. */
const INNO = String.raw`
HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Uninstall\Git_is1
    DisplayName    REG_SZ    Git
    DisplayVersion    REG_SZ    2.54.0
    Publisher    REG_SZ    The Git Development Community
    InstallLocation    REG_SZ    C:\Program Files\Git

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Ditto_is1
    DisplayName    REG_SZ    Ditto (x64) 0.28.0
    DisplayVersion    REG_SZ    0.28.0
    Inno Setup: App Path    REG_SZ    C:\Program Files\Ditto
    Inno Setup: Selected Tasks    REG_SZ    runatstartup
    InstallLocation    REG_SZ    C:\Program Files\Ditto\

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Greedy
    DisplayName    REG_SZ    Greedy
    DisplayVersion    REG_SZ    1
    InstallLocation    REG_SZ    C:\Program Files\
`;

/** The form of a component's key, with the product code of the first program above. */
const COMPONENTS = String.raw`
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\UserData\S-1-5-18\Components\622F95D9B7214F04A9EC4512FB0B0A56
    619D6B2146DFC174E87F0C44347AF5D8    REG_SZ    C:\Program Files\dotnet\host\fxr\5.0.7\hostfxr.dll
    00000000000000000000000000000000    REG_SZ    C:\Windows\nobodys.dll
    9767AD926B08A2542B4643B9EA7ECCE0    REG_SZ    02:\SOFTWARE\Not\A\File
`;

/** Written here, with the values that Microsoft's documents name. */
const OFFICE = String.raw`
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Office\ClickToRun\Configuration
    InstallationPath    REG_SZ    C:\Program Files\Microsoft Office
    Platform    REG_SZ    x64
    ProductReleaseIds    REG_SZ    VisioProRetail,O365ProPlusRetail
    VersionToReport    REG_SZ    16.0.17928.20114

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Office\ClickToRun\Configuration\Applications
    InstallationPath    REG_SZ    C:\Elsewhere\Office
    VersionToReport    REG_SZ    1
`;
const SQL_SERVER = String.raw`
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL
    PAYROLL    REG_SZ    MSSQL15.PAYROLL

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Microsoft SQL Server\MSSQL15.PAYROLL\Setup
    SQLPath    REG_SZ    C:\Program Files\Microsoft SQL Server\MSSQL15.PAYROLL\MSSQL
    Version    REG_SZ    15.0.2000.5
    PatchLevel    REG_SZ    15.0.4375.4
    Edition    REG_SZ    Developer Edition

HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Microsoft SQL Server\MSAS15.CUBES\Setup
    SQLPath    REG_SZ    C:\Program Files\Microsoft SQL Server\MSAS15.CUBES\OLAP
    Version    REG_SZ    15.0.35.33
    Edition    REG_SZ    Enterprise Edition: Core-based Licensing
`;

async function load(answers: string[], editions: string[] = []): Promise<WindowsPackageOwners> {
  const answered = [...EDITION_KEYS.map((_, index) => editions[index]), ...answers];
  const keys = [...EDITION_KEYS, ...UNINSTALL_KEYS, COMPONENTS_KEY];
  const byKey = new Map(keys.map((key, index) => [key, answered[index] ?? '']));
  const owners = new WindowsPackageOwners({
    nowMs: () => 0,
    query: async function* (key) {
      // In small parts, with the ends of lines that Windows has.
      for (const part of (byKey.get(key) ?? '').replaceAll('\n', '\r\n').match(/.{1,37}/gs) ?? []) yield part;
    },
  });
  await owners.load();
  return owners;
}

test('what Windows Installer put there belongs to its product, whatever the case of the path', async () => {
  const owners = await load([PROGRAMS, INNO, COMPONENTS]);
  expect(owners.ownerOf('C:\\PROGRAM FILES\\dotnet\\host\\fxr\\5.0.7\\HostFxr.dll')).toEqual({
    manager: 'msi',
    name: 'Microsoft .NET Host - 5.0.7 (x64)',
    version: '40.28.30105',
    architecture: undefined,
    vendor: 'Microsoft Corporation',
    edition: '{12B6D916-FD64-471C-8EF7-C04443A75F8D}',
  });
  expect(owners.ownerOf('C:\\Windows\\nobodys.dll')).toBeUndefined();
  expect(owners.databases()).toEqual([
    { manager: 'windows', state: 'loaded', packages: 5, paths: 1, leftOut: 0 },
  ]);
});

test('other files belong to the program in whose folder they are, and no program has all of Program Files', async () => {
  const owners = await load([INNO]);
  expect(owners.ownerOf('C:\\Program Files\\Git\\usr\\bin\\perl.exe')).toMatchObject({
    manager: 'uninstall',
    name: 'Git',
    version: '2.54.0',
    vendor: 'The Git Development Community',
  });
  expect(owners.ownerOf('c:\\program files\\ditto\\Ditto.exe')?.version).toBe('0.28.0');
  expect(owners.ownerOf('C:\\Program Files\\Git2\\x.exe')).toBeUndefined();
  expect(owners.ownerOf('C:\\Program Files\\x.exe')).toBeUndefined();
});

test('Office by Click-to-Run is told by its products, in one order however they came', async () => {
  const listed = String.raw`
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\O365ProPlusRetail - en-us
    DisplayName    REG_SZ    Microsoft 365 Apps for enterprise - en-us
    DisplayVersion    REG_SZ    16.0.17928.20114
    InstallLocation    REG_SZ    C:\Program Files\Microsoft Office
`;
  const owners = await load([listed], [OFFICE]);
  expect(owners.ownerOf('C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE')).toEqual({
    manager: 'click-to-run',
    name: 'Microsoft Office',
    version: '16.0.17928.20114',
    architecture: 'x64',
    vendor: 'Microsoft Corporation',
    edition: 'O365ProPlusRetail,VisioProRetail',
  });
  expect(owners.ownerOf('C:\\Elsewhere\\Office\\x.exe')).toBeUndefined();
});

test('instances of SQL Server have the edition of each, and their names are not told', async () => {
  const owners = await load([], ['', SQL_SERVER]);
  const folder = 'C:\\Program Files\\Microsoft SQL Server\\';
  const server = owners.ownerOf(`${folder}MSSQL15.PAYROLL\\MSSQL\\Binn\\sqlservr.exe`);
  expect(server).toMatchObject({
    manager: 'sql-server',
    name: 'Microsoft SQL Server',
    version: '15.0.4375.4',
    edition: 'Developer Edition',
  });
  expect(JSON.stringify(server)).not.toContain('PAYROLL');
  expect(owners.ownerOf(`${folder}MSAS15.CUBES\\OLAP\\bin\\msmdsrv.exe`)).toMatchObject({
    name: 'Microsoft SQL Server Analysis Services',
    version: '15.0.35.33',
    edition: 'Enterprise Edition: Core-based Licensing',
  });
  expect(owners.ownerOf(`${folder}MSSQL15.OTHER\\MSSQL\\Binn\\sqlservr.exe`)).toBeUndefined();
});

test('what Windows Installer put into the folder of an edition is of that edition', async () => {
  const server = 'C:\\Program Files\\Microsoft SQL Server\\MSSQL15.PAYROLL\\MSSQL\\Binn\\sqlservr.exe';
  const components = COMPONENTS.replace(/C:\\.*$/m, () => server);
  const bySetup = await load([PROGRAMS, '', components]);
  expect(bySetup.ownerOf(server)?.name).toContain('.NET Host');
  const owners = await load([PROGRAMS, '', components], ['', SQL_SERVER]);
  const alone = await load([], ['', SQL_SERVER]);
  expect(owners.ownerOf(server)).toEqual(alone.ownerOf(server));
  expect(owners.ownerOf(server)?.edition).toBeDefined();
});

test('product codes are packed as in a path that a public build script reads', () => {
  // The Windows SDK 7.1, which the build script of RemoteJoyLite (version 019) looks for under this name.
  expect(packedCode('{3156336D-8E44-3671-A6FE-AE51D3D6564E}')).toBe('D633651344E817636AEFEA153D6D65E4');
});

test('a registry that cannot be read is a failure with its reason, tried again after an hour', async () => {
  let nowMs = 0;
  const owners = new WindowsPackageOwners({
    nowMs: () => nowMs,
    query: () => {
      throw new Error('no reg.exe');
    },
  });
  await owners.load();
  expect([owners.state(), owners.databases()[0]?.reason]).toEqual(['failed', 'no reg.exe']);
  expect(owners.worthLoading()).toBe(false);
  nowMs = 3_600_000;
  expect(owners.worthLoading()).toBe(true);
});
