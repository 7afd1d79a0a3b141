/**
 * A program of its own, so that what clients cost is not counted: opens connections to a port of this machine one
 * after the other, and prints the bytes of the last one as JSON. Arguments: port, connections, `tcp`, `tls-full`
 * or `tls-resumed`.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Connections under way at a time. */
const AT_ONCE = 8;

const [port = '', connections = '', kind = ''] = process.argv.slice(2);
const bytes = { sent: 0, received: 0 };
let session = kind === 'tls-resumed' ? (await open(undefined)).session : undefined;
let left = Number(connections);
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      const opened = await open(session);
      if (kind === 'tls-resumed' && !opened.resumed) throw new Error('the handshake was not resumed');
      session = kind === 'tls-resumed' ? (opened.session ?? session) : undefined;
    }
  }),
);
process.stdout.write(JSON.stringify(bytes));

/** The server says one byte when it is ready, which comes behind its tickets. */
function open(resume: Buffer | undefined): Promise<{ session: Buffer | undefined; resumed: boolean }> {
  return new Promise((resolve, reject) => {
    const raw = connect(Number(port), '127.0.0.1');
    let ticket: Buffer | undefined;
    const finish = (socket: Socket, resumed: boolean) => {
      socket.once('data', () => socket.end());
      socket.once('close', () => {
        bytes.sent = raw.bytesWritten;
        bytes.received = raw.bytesRead;
        resolve({ session: ticket, resumed });
      });
      socket.once('error', reject);
    };
    if (kind === 'tcp') return finish(raw, false);
    // The certificate is made for this measurement and vouched for by nobody.
    const socket = connectTls({ socket: raw, rejectUnauthorized: false, ...(resume && { session: resume }) });
    socket.on('session', (given: Buffer) => {
      ticket = given;
    });
    socket.once('secureConnect', () => finish(socket, socket.isSessionReused()));
    socket.once('error', reject);
  });
}
