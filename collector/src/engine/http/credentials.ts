import type { IncomingHttpHeaders } from 'node:http';
import { wrongCredentials } from '../engine-error.ts';
import { sameSecret, writerUser } from '../writer-secret.ts';

export type Role = 'reader' | 'writer';

/**
 * Who asks. Without credentials, or as `default` without a password: a reader. As the writer with its secret:
 * the writer. Everything else is refused, so that a wrong secret is noticed and not silently a reader.
 */
export function roleOf(headers: IncomingHttpHeaders, url: URLSearchParams, secret: string): Role {
  const { user, password } = offered(headers, url);
  if (user === writerUser && sameSecret(password, secret)) return 'writer';
  if ((user === '' || user === 'default') && password === '') return 'reader';
  throw wrongCredentials(
    `${user.slice(0, 100)}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}

function offered(headers: IncomingHttpHeaders, url: URLSearchParams): { user: string; password: string } {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
    if (encoded === undefined) throw wrongCredentials('Only Basic authorization is understood.');
    const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    return { user, password: rest.join(':') };
  }
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    user: header('x-clickhouse-user') ?? url.get('user') ?? '',
    password: header('x-clickhouse-key') ?? url.get('password') ?? '',
  };
}
