/**
 * Programs in the Windows registry: what "Apps & features" lists, and which files Windows Installer put where. Pure.
 * Tried with published outputs; not run on Windows.
 */
import type { PackageOwner } from '../package-owner.ts';
import { withoutMailAddress } from './vendor-name.ts';
import type { RegistryKey } from './windows-registry.ts';

/** For 64-bit and 32-bit programs of everybody. Those of a person are in that person's own part of the registry. */
export const UNINSTALL_KEYS = [
  'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall',
  'HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall',
];
/** Each component has a value for each product that has it: its key file, by the product's packed code. */
export const COMPONENTS_KEY =
  'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Components';

export interface UninstallEntry {
  owner: PackageOwner;
  /** In lower case, with a backslash at its end. */
  folder: string | undefined;
  /** Packed, for what Windows Installer has installed. */
  productCode: string | undefined;
}

const PRODUCT_CODE = /\\(\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$/i;
/** A program that says it is "in" one of these would own what belongs to others. */
const TOO_WIDE =
  /^[a-z]:\\(?:windows\\(?:system32\\|syswow64\\)?|program files(?: \(x86\))?\\|programdata\\|users\\(?:[^\\]*\\)?)?$/;

/** undefined: not a program with a name and a version, or only an update of one. */
export function uninstallEntry({ name: key, values }: RegistryKey): UninstallEntry | undefined {
  const [name, version] = [values.get('displayname'), values.get('displayversion')];
  if (!name || !version || values.get('parentkeyname')) return undefined;
  const code = PRODUCT_CODE.exec(key)?.[1];
  const byInstaller = code !== undefined && values.get('windowsinstaller') === '0x1';
  return {
    owner: {
      manager: byInstaller ? 'msi' : 'uninstall',
      name,
      version,
      vendor: withoutMailAddress(values.get('publisher')),
      // Professional and Standard may have one name and version; their codes differ.
      edition: byInstaller ? code.toUpperCase() : undefined,
    },
    folder: installFolder(values.get('installlocation')),
    productCode: byInstaller ? packedCode(code) : undefined,
  };
}

/** In lower case, with a backslash at its end; undefined: none, or one that belongs to more than one program. */
export function installFolder(location = ''): string | undefined {
  const plain = location
    .replace(/^"(.*)"$/, '$1')
    .replaceAll('/', '\\')
    .replace(/\\+$/, '')
    .toLowerCase();
  const folder = `${plain}\\`;
  return /^[a-z]:\\/.test(folder) && !TOO_WIDE.test(folder) ? folder : undefined;
}

/** `{3156336D-8E44-3671-A6FE-AE51D3D6564E}` as Windows Installer writes it: D633651344E817636AEFEA153D6D65E4. */
export function packedCode(code: string): string {
  const [first = '', second = '', third = '', ...rest] = code.replace(/[{}]/g, '').toUpperCase().split('-');
  const reversed = [first, second, third].map((part) => [...part].reverse().join(''));
  return reversed.join('') + rest.join('').replace(/(.)(.)/g, '$2$1');
}

/** Key files of a component that lie on the disk, with the packed codes of their products. */
export function keyFiles({ values }: RegistryKey): { path: string; productCode: string }[] {
  return [...values].flatMap(([name, data]) => {
    // A component that is installed without being run from there has a question mark for the colon.
    const path = data.replace(/^([A-Za-z])\?/, '$1:');
    return /^[0-9a-f]{32}$/.test(name) && /^[A-Za-z]:\\/.test(path) && !path.endsWith('\\')
      ? [{ path, productCode: name.toUpperCase() }]
      : [];
  });
}
