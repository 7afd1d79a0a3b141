/**
 * Secrets that let devices join. A secret is 128 random bits, so a plain hash keeps it: nobody can guess what is
 * behind one, and who reads the file still cannot join.
 */
import { hash, randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface NewToken {
  /** Devices that may join with it. */
  uses: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** Group of the devices that join with it. */
  group: string;
  /** For people: what it was made for. */
  note: string;
  /** Devices that join with it come and go: pooled desktops, build machines. Not said: they stay. */
  ephemeral?: boolean | undefined;
  /** Each device that joins with it waits until an administrator lets it in. */
  approve?: boolean | undefined;
}

export interface EnrolmentToken extends NewToken {
  /** 8 hex digits; names the token without telling its secret. */
  tokenId: string;
  /** Devices that have joined with it. */
  used: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  revokedAt: number | undefined;
}

/** Why nobody may join with what was shown. */
export type TokenFault =
  | 'token-missing'
  | 'token-unknown'
  | 'token-expired'
  | 'token-used-up'
  | 'token-revoked';

export class TokenRefusedError extends Error {
  override name = 'TokenRefusedError';
  readonly fault: TokenFault;
  constructor(fault: TokenFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

const SECRET_BYTES = 16;
const TOKEN_ID_BYTES = 4;

export class EnrolmentTokens {
  readonly #insert: StatementSync;
  readonly #all: StatementSync;
  readonly #bySecret: StatementSync;
  readonly #use: StatementSync;
  readonly #revoke: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO enrolment_tokens (token_id, secret_hash, uses, expires_at, group_name, note, ephemeral, approve, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#all = database.prepare('SELECT * FROM enrolment_tokens ORDER BY created_at, token_id');
    this.#bySecret = database.prepare('SELECT * FROM enrolment_tokens WHERE secret_hash = ?');
    this.#use = database.prepare('UPDATE enrolment_tokens SET used = used + 1 WHERE token_id = ?');
    this.#revoke = database.prepare(
      'UPDATE enrolment_tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL',
    );
  }

  /** The secret is told here once and kept nowhere. */
  create(token: NewToken, now: number): { tokenId: string; secret: string } {
    const { uses, expiresAt, group, note, ephemeral, approve } = token;
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const tokenId = randomBytes(TOKEN_ID_BYTES).toString('hex');
    const flags = [ephemeral, approve].map((flag) => (flag ? 1 : 0));
    this.#insert.run(tokenId, hashOf(secret), uses, expiresAt, group, note, ...flags, now);
    return { tokenId, secret };
  }

  list(): EnrolmentToken[] {
    return this.#all.all().map(tokenOf);
  }

  /** False when there is no such token, or it is revoked already. */
  revoke(tokenId: string, now: number): boolean {
    return this.#revoke.run(now, tokenId).changes > 0;
  }

  /** The token with which a device may join now. Throws TokenRefusedError. */
  valid(secret: string, now: number): EnrolmentToken {
    if (secret === '')
      throw new TokenRefusedError('token-missing', 'a device that is new here needs a join string');
    const row = this.#bySecret.get(hashOf(secret));
    if (!row) throw new TokenRefusedError('token-unknown', 'the join string is not of this collector');
    const token = tokenOf(row);
    if (token.revokedAt !== undefined)
      throw new TokenRefusedError('token-revoked', `token ${token.tokenId} was revoked`);
    if (token.expiresAt <= now)
      throw new TokenRefusedError('token-expired', `token ${token.tokenId} has expired`);
    if (token.used >= token.uses)
      throw new TokenRefusedError(
        'token-used-up',
        `token ${token.tokenId} let ${token.uses} devices in, as many as it may`,
      );
    return token;
  }

  /** Counts one use, within the transaction in which the token was found valid. */
  use(tokenId: string): void {
    this.#use.run(tokenId);
  }
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function tokenOf(row: Record<string, unknown>): EnrolmentToken {
  return {
    tokenId: row.token_id as string,
    uses: row.uses as number,
    used: row.used as number,
    expiresAt: row.expires_at as number,
    group: row.group_name as string,
    note: row.note as string,
    ephemeral: row.ephemeral === 1,
    approve: row.approve === 1,
    createdAt: row.created_at as number,
    revokedAt: (row.revoked_at as number | null) ?? undefined,
  };
}
