/** What a TLS 1.3 connection costs a server before anything is said, full and resumed. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { CpuMeter } from './process-cpu.ts';

const SERVER = join(import.meta.dirname, 'tls-server.ts');
/** Connections before those that are measured: the server's code is then compiled. */
const WARMING = 50;
/** Handshakes under way at a time. */
const AT_ONCE = 4;

export interface HandshakeCosts {
  /** CPU milliseconds of the server process per connection. */
  fullMs: number;
  resumedMs: number;
}

/** With a throw-away ECDSA P-256 certificate; `handshakes` of each kind. */
export async function handshakeCosts(handshakes: number): Promise<HandshakeCosts> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  makeCertificate(key, certificate);
  const server = spawn(process.execPath, [SERVER, key, certificate], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const client = new Client(Number(line.toString()), readFileSync(certificate));
    await client.handshakes(WARMING, false);
    const meter = new CpuMeter({ server: server.pid as number });
    await client.handshakes(handshakes, false);
    const full = meter.lap().server;
    await client.handshakes(handshakes, true);
    const resumed = meter.lap().server;
    return { fullMs: (1000 * full) / handshakes, resumedMs: (1000 * resumed) / handshakes };
  } finally {
    server.stdin.end();
    server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeCertificate(key: string, certificate: string): void {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...name, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
}

class Client {
  readonly #port: number;
  readonly #authority: Buffer;
  #session: Buffer | undefined;

  constructor(port: number, authority: Buffer) {
    this.#port = port;
    this.#authority = authority;
  }

  async handshakes(count: number, resume: boolean): Promise<void> {
    let left = count;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await this.#handshake(resume);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  /** Connects, reads the byte and the session tickets, and goes. */
  async #handshake(resume: boolean): Promise<void> {
    const socket = connect({
      port: this.#port,
      host: '127.0.0.1',
      ca: this.#authority,
      minVersion: 'TLSv1.3',
      ...(resume && { session: this.#session }),
    });
    socket.on('session', (session: Buffer) => {
      this.#session = session;
    });
    socket.resume();
    await once(socket, 'secureConnect');
    if (socket.isSessionReused() !== resume)
      throw new Error(resume ? 'the session was not resumed' : 'the session was resumed');
    await once(socket, 'close');
  }
}
