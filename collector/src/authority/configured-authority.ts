/** The authority that the settings ask for, and its fingerprints for join strings. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { CollectorConfig } from '../config/schema.ts';
import { type Authority, AuthorityError } from './authority.ts';
import { readAuthority } from './authority-folder.ts';
import { demandingClients } from './client-authority.ts';
import { type OrganisationFiles, openOrganisationAuthority } from './organisation-authority.ts';
import { type IssueReason, openAuthority } from './own-authority.ts';
import { fingerprintOf } from './pem-files.ts';

export type AuthoritySettings = Pick<
  CollectorConfig,
  'agentTls' | 'agentNames' | 'tlsCertFile' | 'tlsKeyFile' | 'tlsCaFile' | 'collectorDir'
>;
export type ClientAuthoritySettings = Pick<CollectorConfig, 'agentTlsClientAuthority'>;

/** Undefined without TLS. Opens the own authority, or makes it: under the data folder's lock only. */
export async function openConfiguredAuthority(
  settings: AuthoritySettings & ClientAuthoritySettings,
  now: () => number,
  onIssued: (reason: IssueReason) => void,
): Promise<Authority | undefined> {
  const clients = settings.agentTlsClientAuthority;
  if (settings.agentTls === 'off') {
    if (clients === undefined) return undefined;
    throw new AuthorityError(
      'unfit',
      'agentTlsClientAuthority needs agentTls: a proxy that ends TLS has to ask clients for certificates itself',
    );
  }
  const authority = await openTowardsAgents(settings, now, onIssued);
  return clients === undefined ? authority : demandingClients(authority, clients, now);
}

async function openTowardsAgents(
  settings: AuthoritySettings,
  now: () => number,
  onIssued: (reason: IssueReason) => void,
): Promise<Authority> {
  const names = namesIn(settings);
  const files = organisationFiles(settings);
  if (files) return openOrganisationAuthority({ ...files, names, now });
  return await openAuthority({ folder: folderOf(settings), names, now, onIssued });
}

/** What a join string names, without a running collector's help; empty without TLS. Throws AuthorityError. */
export function configuredFingerprints(settings: AuthoritySettings, now: () => number): readonly string[] {
  if (settings.agentTls === 'off') return [];
  const files = organisationFiles(settings);
  if (files) return openOrganisationAuthority({ ...files, names: namesIn(settings), now }).fingerprints;
  const authority = readAuthority(folderOf(settings));
  if (!authority)
    throw new AuthorityError(
      'incomplete',
      'the collector has no authority yet: start it once, then make tokens',
    );
  return [fingerprintOf(new X509Certificate(authority.certificate))];
}

/** Names and addresses under which agents come, as configured. */
export function namesIn({ agentNames }: Pick<AuthoritySettings, 'agentNames'>): string[] {
  return (agentNames ?? '').split(',').flatMap((name) => name.trim() || []);
}

function folderOf({ collectorDir }: AuthoritySettings): string {
  return join(collectorDir, 'authority');
}

function organisationFiles(settings: AuthoritySettings): OrganisationFiles | undefined {
  const { tlsCertFile: certFile, tlsKeyFile: keyFile, tlsCaFile: caFile } = settings;
  return certFile && keyFile && caFile ? { certFile, keyFile, caFile } : undefined;
}
