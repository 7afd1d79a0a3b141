/** Keeps a listening server's certificate current: new connections get the new one, those that are open stay. */
import type { Server } from 'node:tls';
import type { Clock } from '../clock/clock.ts';
import type { Authority } from './authority.ts';

export interface CertificateWatch {
  authority: Authority;
  /** Also an https server. */
  server: Pick<Server, 'setSecureContext'>;
  clock: Pick<Clock, 'every'>;
  /** The server has a new certificate. */
  onRenewed?: () => void;
  /** It should have one and has not; the old one stays and the next look tries again. */
  onFault: (error: Error) => void;
}

/** Looks as often as the authority asks for. Returns what stops it. */
export function watchCertificate({
  authority,
  server,
  clock,
  onRenewed,
  onFault,
}: CertificateWatch): () => void {
  let stopped = false;
  /** Renewed, and not yet taken by the server. */
  let pending = false;
  const look = async (): Promise<void> => {
    try {
      if (await authority.renewIfDue()) pending = true;
      if (!pending || stopped) return;
      server.setSecureContext(authority.secureContext());
      pending = false;
      onRenewed?.();
    } catch (error) {
      if (!stopped) onFault(error as Error);
    }
  };
  const stop = clock.every(authority.lookEveryMs, () => void look());
  return () => {
    stopped = true;
    stop();
  };
}
