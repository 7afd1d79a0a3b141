/**
 * Products of which Windows' list of programs says less than the registry does: Office by Click-to-Run, and each
 * instance of SQL Server with the edition that its licence was for. Pure. Written from Microsoft's documents ("Overview
 * of the update process for Microsoft 365 Apps"; "File locations for default and named instances of SQL Server") and
 * public outputs; not run on Windows.
 */
import type { PackageOwner } from '../package-owner.ts';
import { installFolder } from './uninstall-entries.ts';
import type { RegistryKey } from './windows-registry.ts';

/** With all keys below them. */
export const EDITION_KEYS = [
  'HKLM\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration',
  'HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server',
];

export interface EditionEntry {
  owner: PackageOwner;
  /** In lower case, with a backslash at its end. */
  folder: string;
}

const OFFICE_KEY = /\\Office\\ClickToRun\\Configuration$/i;
/** MSSQL15.NAME: the fifteenth version, and a name that somebody chose, which is not told. */
const INSTANCE_KEY = /\\Microsoft SQL Server\\(MSSQL|MSAS|MSRS)[0-9_]*\.[^\\]+\\Setup$/i;
const SERVICES: Readonly<Record<string, string>> = {
  MSSQL: 'Microsoft SQL Server',
  MSAS: 'Microsoft SQL Server Analysis Services',
  MSRS: 'Microsoft SQL Server Reporting Services',
};
const MICROSOFT = 'Microsoft Corporation';

/** undefined: another key, or it does not say which version lies where. */
export function editionEntry(key: RegistryKey): EditionEntry | undefined {
  if (OFFICE_KEY.test(key.name)) return officeEntry(key.values);
  const service = INSTANCE_KEY.exec(key.name)?.[1];
  return service === undefined ? undefined : instanceEntry(service, key.values);
}

function officeEntry(values: RegistryKey['values']): EditionEntry | undefined {
  const folder = installFolder(values.get('installationpath'));
  const version = values.get('versiontoreport');
  if (folder === undefined || !version) return undefined;
  // Products that were added one after the other stand in that order: the same files are to have the same name.
  const products = (values.get('productreleaseids') ?? '').split(',').map((id) => id.trim());
  return {
    folder,
    owner: {
      manager: 'click-to-run',
      name: 'Microsoft Office',
      version,
      architecture: values.get('platform'),
      vendor: MICROSOFT,
      edition: [...new Set(products)].sort().join(',') || undefined,
    },
  };
}

function instanceEntry(service: string, values: RegistryKey['values']): EditionEntry | undefined {
  const folder = installFolder(values.get('sqlpath'));
  // PatchLevel is what runs now, Version what was installed at first.
  const version = values.get('patchlevel') || values.get('version');
  if (folder === undefined || !version) return undefined;
  const name = SERVICES[service.toUpperCase()] as string;
  const edition = values.get('edition') || undefined;
  return { folder, owner: { manager: 'sql-server', name, version, vendor: MICROSOFT, edition } };
}
