/** How this computer reaches a collector, from its settings. */
import { type ClientCertificateFiles, clientCertificate } from './client-certificate.ts';
import type { NetworkWays } from './http-exchange.ts';
import { type ProxySettings, proxyFor } from './proxy-choice.ts';

export type NetworkSettings = ProxySettings & ClientCertificateFiles;

export function networkWays(settings: NetworkSettings): NetworkWays {
  const shown = clientCertificate(settings);
  return {
    proxyOf: (origin) => proxyFor(origin, settings),
    ...(shown && { clientCertificate: shown }),
  };
}
