/**
 * Personal tokens: who may ask about persons, and until when. A secret is 256 random bits, so a plain hash keeps it:
 * who reads the file can ask nothing with it.
 */
import { hash, randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface PersonToken {
  /** 8 hex digits; names the token without telling its secret. */
  tokenId: string;
  /** Whose it is. */
  name: string;
  createdBy: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  expiresAt: number;
  revokedAt: number | undefined;
}

export type PersonTokenFault = 'unknown' | 'expired' | 'revoked';

/** Longest life of a token, in days: who goes on asking asks for another. */
export const LONGEST_TOKEN_DAYS = 366;
/** So that a secret is found where it does not belong. */
const SECRET_BEGINS = 'fmp_';
const SECRET_BYTES = 32;
const TOKEN_ID_BYTES = 4;

export class PersonTokens {
  readonly #insert: StatementSync;
  readonly #all: StatementSync;
  readonly #bySecret: StatementSync;
  readonly #revoke: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO person_tokens (token_id, secret_hash, name, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#all = database.prepare('SELECT * FROM person_tokens ORDER BY created_at, token_id');
    this.#bySecret = database.prepare('SELECT * FROM person_tokens WHERE secret_hash = ?');
    this.#revoke = database.prepare(
      'UPDATE person_tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL',
    );
  }

  /** The secret is told here once and kept nowhere. */
  create(
    token: Pick<PersonToken, 'name' | 'createdBy' | 'expiresAt'>,
    now: number,
  ): { tokenId: string; secret: string } {
    const secret = SECRET_BEGINS + randomBytes(SECRET_BYTES).toString('base64url');
    const tokenId = randomBytes(TOKEN_ID_BYTES).toString('hex');
    this.#insert.run(tokenId, hashOf(secret), token.name, token.createdBy, now, token.expiresAt);
    return { tokenId, secret };
  }

  list(): PersonToken[] {
    return this.#all.all().map(tokenOf);
  }

  /** False when there is no such token, or it is revoked already. */
  revoke(tokenId: string, now: number): boolean {
    return this.#revoke.run(now, tokenId).changes > 0;
  }

  /** As the file has it now, so that what another process revoked is revoked at once. */
  judge(secret: string, now: number): { token?: PersonToken; fault?: PersonTokenFault } {
    const row = this.#bySecret.get(hashOf(secret));
    if (!row) return { fault: 'unknown' };
    const token = tokenOf(row);
    if (token.revokedAt !== undefined) return { token, fault: 'revoked' };
    if (token.expiresAt <= now) return { token, fault: 'expired' };
    return { token };
  }
}

const hashOf = (secret: string): Buffer => hash('sha256', secret, 'buffer');

function tokenOf(row: Record<string, unknown>): PersonToken {
  return {
    tokenId: row.token_id as string,
    name: row.name as string,
    createdBy: row.created_by as string,
    createdAt: row.created_at as number,
    expiresAt: row.expires_at as number,
    revokedAt: (row.revoked_at as number | null) ?? undefined,
  };
}
