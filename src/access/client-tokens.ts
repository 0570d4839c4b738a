import { z } from 'zod';
import type { Ports } from '../core/deps.js';
import { knownShare, type QueueShare } from '../core/fair-queue.js';
import type { Binding } from '../core/ports.js';
import { Credential, digestOf, hasDigest } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type Application, findApplication } from './applications.js';
import type { Administrator } from './rights.js';
import { type ClientOptions, type ClientScope, clientScopes, compatibilities, replayPolicies } from './scopes.js';

/** Where sandbox tokens are valid, and the quota of each. */
export interface Sandbox extends Pick<Application, 'perMinute' | 'perDay'> {
  readonly tenant: string;
}

export interface SandboxSetting {
  /** `null` if no sandbox token is valid. */
  readonly sandbox: Sandbox | null;
}

const day = 24 * 60 * 60;
export const clientTokenLifeSec = { least: 60, standard: 90 * day, most: 366 * day } as const;

export interface Client extends ClientOptions {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly ClientScope[];
  readonly issuedAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly application: Application | null;
  /** Developer whose sandbox token this is, or `null` for an application's token. */
  readonly sandbox: string | null;
}

const recordGuard = z.object({
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.enum(clientScopes)),
  secretDigest: z.string(),
  issuedAt: epochMsGuard,
  expiresAt: epochMsGuard,
  isRevoked: z.boolean(),
  application: z.string().nullable(),
  sandbox: z.string().nullable(),
  compat: z.enum(compatibilities).nullable().default(null),
  replay: z.enum(replayPolicies).default('step_ups'),
});
type ClientRecord = z.infer<typeof recordGuard>;

const clientKey = (id: string): string => `client-token:${id}`;

/** Issues a client token. Its text is returned only here, because only the digest of its secret is stored. */
export async function issueClientToken(
  request: {
    name: string;
    tenant: string;
    scopes: readonly ClientScope[];
    lifeSec: number;
    application: Application | null;
    /** Id of the developer whose sandbox it is, or `null`. */
    sandbox: string | null;
  } & Partial<ClientOptions>,
  by: Pick<Administrator, 'name'>,
  { clock, random, state, audit }: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<{ credential: Credential; client: Client }> {
  const { name, tenant, scopes, lifeSec, application, sandbox, compat = null, replay = 'step_ups' } = request;
  const id = Buffer.from(random(12)).toString('hex');
  const secret = Buffer.from(random(32)).toString('base64url');
  const issuedAt = clock.now();
  const expiresAt = addSec(issuedAt, lifeSec);
  const record: ClientRecord = {
    name,
    tenant,
    scopes: [...scopes],
    secretDigest: digestOf(secret).toString('base64url'),
    issuedAt,
    expiresAt,
    isRevoked: false,
    application: application?.id ?? null,
    sandbox,
    compat,
    replay,
  };
  await state.write(clientKey(id), record, { when: 'absent', expiresAt });
  await audit.append({
    action: 'client_token_issued',
    connection: tenant,
    subject: '',
    detail: {
      id,
      name,
      scopes: [...scopes],
      application: record.application,
      by: by.name,
      compat: compat ?? undefined,
      replay,
    },
  });
  return { credential: new Credential(`fst_${id}_${secret}`), client: toClient(id, record, application) };
}

/**
 * Authenticates a client token. Timing is equal for all failures.
 * @throws `caller_untrusted`
 */
export async function authenticateClient(credential: Credential, deps: Ports<'clock' | 'state'>): Promise<Client> {
  const [, id, secret] = credential.use((text) => /^fst_([0-9a-f]{24})_([\w-]{43})$/.exec(text)) ?? [];
  if (id === undefined || secret === undefined) throw new FaceError('caller_untrusted');
  const record = await readRecord(id, deps);
  const expected = Buffer.from(record?.secretDigest ?? noDigest, 'base64url');
  const isRight = hasDigest(secret, expected);
  if (!isRight || record === null) throw new FaceError('caller_untrusted');
  return toClient(id, record, await checkLive(record, deps));
}

/**
 * Checks just before the reply that the token was not revoked meanwhile.
 * @throws `caller_untrusted`
 */
export async function checkClientLive(client: Client, deps: Ports<'clock' | 'state'>): Promise<void> {
  await readLiveClient(client.id, deps);
}

/**
 * Returns the client of a token id. The caller must have authenticated the client without the token's secret.
 * @throws `caller_untrusted` if the token was revoked, has expired, or its application was removed
 */
export async function readLiveClient(id: string, deps: Ports<'clock' | 'state'>): Promise<Client> {
  const record = await readRecord(id, deps);
  if (record === null) throw new FaceError('caller_untrusted');
  return toClient(id, record, await checkLive(record, deps));
}

/** Returns a token, revoked or not, or `null` after its expiry. */
export async function findClientToken(
  id: string,
  deps: Ports<'state'>,
): Promise<Pick<ClientRecord, 'scopes' | 'issuedAt' | 'expiresAt' | 'isRevoked'> | null> {
  return readRecord(id, deps);
}

/**
 * Revokes a client token at once, also for running requests. Idempotent.
 * @throws `not_found` if unknown or expired
 */
export async function revokeClientToken(
  id: string,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'audit'>,
): Promise<void> {
  const record = await readRecord(id, deps);
  if (record === null) throw new FaceError('not_found');
  const revoked = { ...record, isRevoked: true };
  await deps.state.write(clientKey(id), revoked, { when: 'any', expiresAt: record.expiresAt });
  const detail = { id, application: record.application, by: by.name };
  await deps.audit.append({ action: 'client_token_revoked', connection: record.tenant, subject: '', detail });
}

async function readRecord(id: string, { state }: Ports<'state'>): Promise<ClientRecord | null> {
  const found = await state.read(clientKey(id));
  return found === null ? null : recordGuard.parse(found.value);
}

/** Digest to compare with if there is no record, so that timing is equal. No secret has this digest. */
const noDigest = Buffer.alloc(32).toString('base64url');

/** @throws `caller_untrusted` if the token was revoked, has expired, or its application was removed */
async function checkLive(
  { isRevoked, expiresAt, application: id }: ClientRecord,
  { clock, state }: Ports<'clock' | 'state'>,
): Promise<Application | null> {
  const application = id === null ? null : await findApplication(id, { state });
  const isOrphan = id !== null && application === null;
  if (isRevoked || isOrphan || expiresAt <= clock.now()) throw new FaceError('caller_untrusted');
  return application;
}

const toClient = (id: string, record: ClientRecord, application: Application | null): Client => {
  const { name, tenant, scopes, issuedAt, expiresAt, sandbox, compat, replay } = record;
  // An API key has only scopes that its application still has.
  const held = application === null ? scopes : scopes.filter((scope) => application.scopes.includes(scope));
  return { id, name, tenant, scopes: held, issuedAt, expiresAt, application, sandbox, compat, replay };
};

export const shareOfClient = ({ id, application }: Client): QueueShare => knownShare(`client:${application?.id ?? id}`);

export const bindingOfClient = (client: Client, { scope, accuracy }: Pick<Binding, 'scope' | 'accuracy'>): Binding => ({
  tenant: client.tenant,
  idp: 'api',
  subject: '',
  scope,
  accuracy,
});
