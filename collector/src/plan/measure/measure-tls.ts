/**
 * What connections and TLS handshakes cost the one who is connected to. The collector does not speak TLS yet: it
 * listens on loopback, and what stands in front of it pays this, on the same machine or on another.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ConstantValues } from '../constants.ts';
import type { CpuLaps } from './cpu-laps.ts';
import { runClient } from './run-client.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const CONNECTIONS = 500;

export async function measureTls(laps: CpuLaps): Promise<Partial<ConstantValues>> {
  const greet = (socket: Socket) => {
    socket.on('error', () => {});
    socket.end('.');
  };
  const plain = createServer(greet);
  const secure = createTlsServer({ ...selfSignedCertificate('127.0.0.1'), minVersion: 'TLSv1.3' }, greet);
  try {
    const cost = async (server: Server, kind: string) => {
      const port = (server.address() as { port: number }).port;
      await runClient('open-connections.ts', [port, CONNECTIONS / 10, kind]);
      let bytes = { sent: 0, received: 0 };
      const { collectorUs } = await laps.lap(async () => {
        bytes = JSON.parse(await runClient('open-connections.ts', [port, CONNECTIONS, kind])) as typeof bytes;
      });
      return { us: collectorUs / CONNECTIONS, ...bytes };
    };
    await listen(plain);
    await listen(secure);
    const tcp = await cost(plain, 'tcp');
    const full = await cost(secure, 'tls-full');
    const resumed = await cost(secure, 'tls-resumed');
    return {
      tcpUs: tcp.us,
      tlsFullUs: Math.max(0, full.us - tcp.us),
      tlsResumedUs: Math.max(0, resumed.us - tcp.us),
      tlsFullInBytes: full.sent,
      tlsFullOutBytes: full.received,
    };
  } finally {
    plain.close();
    secure.close();
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
