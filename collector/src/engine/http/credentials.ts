import type { IncomingHttpHeaders } from 'node:http';
import { wrongCredentials } from '../engine-error.ts';
import { personUser, sameSecret, writerUser } from '../writer-secret.ts';

/** `person`: a reader who may ask about persons as well; only the collector has its secret. */
export type Role = 'reader' | 'person' | 'writer';

export interface EngineSecrets {
  writer: string;
  person: string;
}

/**
 * Who asks. Without credentials, or as `default` without a password: a reader. As the writer with its secret:
 * the writer, and likewise for persons. Everything else is refused, so that a wrong secret is noticed and not silently a reader.
 */
export function roleOf(headers: IncomingHttpHeaders, url: URLSearchParams, secrets: EngineSecrets): Role {
  const { user, password } = offered(headers, url);
  if (user === writerUser && sameSecret(password, secrets.writer)) return 'writer';
  if (user === personUser && sameSecret(password, secrets.person)) return 'person';
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
