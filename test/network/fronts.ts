/** Servers that stand where the collector should: they have a certificate, right or wrong, and are no collector. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as plainRequest, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Front {
  port: number;
  /** Bodies that were posted to it. */
  posted: Buffer[];
  close(): Promise<void>;
}

type Answer = (body: Buffer, ...of: Parameters<RequestListener>) => void | Promise<void>;

/** Without certificate: plain HTTP. */
export async function listenFront(context: ServerOptions | undefined, answer: Answer): Promise<Front> {
  const posted: Buffer[] = [];
  const listener: RequestListener = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      posted.push(body);
      void answer(body, request, response);
    });
  };
  const server = context ? createTlsServer(context, listener) : createServer(listener);
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    posted,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const SIGN_IN_PAGE = '<!doctype html><title>Welcome to the hotel</title>';

export const signInPage: Answer = (_body, _request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end(SIGN_IN_PAGE);

export const signInRedirect: Answer = (_body, _request, response) =>
  void response.writeHead(302, { location: 'http://portal.example/', 'content-type': 'text/html' }).end();

/** A gateway that hands each request to the collector's plain port, twice, and gives the second answer back. */
export const twice =
  (collectorPort: number): Answer =>
  async (body, request, response) => {
    await forward(collectorPort, request.url ?? '/', request.headers['content-type'] ?? '', body);
    const second = await forward(
      collectorPort,
      request.url ?? '/',
      request.headers['content-type'] ?? '',
      body,
    );
    response.writeHead(second.status, { 'content-type': second.type }).end(second.body);
  };

async function forward(port: number, path: string, type: string, body: Buffer) {
  const request = plainRequest({
    ...{ host: '127.0.0.1', port, path, method: 'POST', agent: false },
    headers: { 'content-type': type, 'content-length': body.length },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return {
    status: response.statusCode as number,
    type: response.headers['content-type'] as string,
    body: Buffer.concat(pieces),
  };
}
