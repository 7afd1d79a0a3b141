/**
 * A process that does nothing but TLS handshakes, so that its CPU time is theirs. Speaks TLS 1.3 on a free port of
 * loopback, which it prints; says one byte to whoever connects; ends with its standard input.
 *
 *   node tls-server.ts KEY_FILE CERTIFICATE_FILE
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

const [keyFile = '', certificateFile = ''] = process.argv.slice(2);
const server = createServer(
  {
    key: readFileSync(keyFile),
    cert: readFileSync(certificateFile),
    minVersion: 'TLSv1.3',
    noDelay: true,
  },
  (socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('.');
  },
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.once('end', () => server.close());
process.stdin.resume();
