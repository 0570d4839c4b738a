import type { IncomingHttpHeaders } from 'node:http';
import { Credential } from '../core/concealed.js';
import { hasDigest } from '../core/digest.js';
import { FaceError } from '../errors.js';
import type { Allowance } from '../http/budget.js';
import { authenticateClient, type Client, checkClientLive } from './client-tokens.js';
import type { ApiDeps } from './deps.js';
import type { Auth } from './endpoint.js';

/**
 * Who is calling, found out as early as it can be: from a header before the body is read, from the field `auth_token`
 * as soon as it has arrived. The header wins.
 */
export class Admission {
  #client: Promise<Client | null> | null = null;

  constructor(
    private readonly auth: Auth,
    private readonly allowance: Allowance,
    private readonly callerLimitBytes: number,
    private readonly deps: Pick<ApiDeps, 'adminKeyDigest' | 'clock' | 'state'>,
  ) {}

  /** @throws FaceError `caller_untrusted`, `scope_missing`, `overloaded` */
  async checkHeaders(headers: IncomingHttpHeaders): Promise<void> {
    if (this.auth.kind === 'admin') {
      checkAdminKey(headers['x-admin-key'], this.deps.adminKeyDigest);
      this.allowance.recognise(this.callerLimitBytes);
    }
    const token = headers['x-auth-token'];
    if (this.auth.kind === 'client' && token !== undefined) await this.takeToken(String(token));
  }

  /** The first token presented decides. @throws FaceError `caller_untrusted`, `scope_missing`, `overloaded` */
  async takeToken(token: string): Promise<void> {
    if (this.auth.kind !== 'client') return;
    this.#client ??= this.#authenticate(new Credential(token), this.auth.scope);
    await this.#client;
  }

  /** Who called, once everything has been read. @throws FaceError `caller_untrusted` where nobody said */
  async caller(): Promise<Client | null> {
    if (this.auth.kind !== 'client') return null;
    if (this.#client === null) throw new FaceError('caller_untrusted');
    return this.#client;
  }

  /** Right before the answer. @throws FaceError `caller_untrusted` */
  async checkStillLive(): Promise<void> {
    const client = await this.caller();
    if (client !== null) await checkClientLive(client, this.deps);
  }

  async #authenticate(credential: Credential, scope: (Auth & { kind: 'client' })['scope']): Promise<Client> {
    const client = await authenticateClient(credential, this.deps);
    if (scope !== null && !client.scopes.includes(scope)) throw new FaceError('scope_missing');
    this.allowance.recognise(this.callerLimitBytes);
    return client;
  }
}

function checkAdminKey(sent: string | string[] | undefined, expectedDigest: Uint8Array): void {
  if (!hasDigest(String(sent ?? ''), expectedDigest)) throw new FaceError('caller_untrusted');
}
