import { z } from 'zod';
import { Credential } from '../core/concealed.js';
import { digestOf, hasDigest } from '../core/digest.js';
import type { Audit, Clock, Random, State } from '../core/ports.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';

/** What a client token may be used for. */
export const clientScopes = ['enrol', 'verify', 'score', 'content-key', 'match', 'screen'] as const;
export type ClientScope = (typeof clientScopes)[number];

/** What a token holds only if asked for: a similarity helps whoever wants to look alike, a content key opens files. */
const askedForScopes: readonly ClientScope[] = ['score', 'content-key'];

/** What a token holds unless asked for otherwise. */
export const defaultScopes = clientScopes.filter((scope) => !askedForScopes.includes(scope));

const day = 24 * 60 * 60;
/** How long a client token lasts, in seconds. */
export const clientTokenLifeSec = { least: 60, standard: 90 * day, most: 366 * day } as const;

/** A client of the API, as its token describes it. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** Whose enrolments it makes and checks. */
  readonly tenant: string;
  readonly scopes: readonly ClientScope[];
  readonly issuedAt: EpochMs;
  readonly expiresAt: EpochMs;
}

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly state: State;
  readonly audit: Audit;
}

const recordGuard = z.object({
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.enum(clientScopes)),
  secretDigest: z.string(),
  issuedAt: epochMsGuard,
  expiresAt: epochMsGuard,
  isRevoked: z.boolean(),
});
type ClientRecord = z.infer<typeof recordGuard>;

const clientKey = (id: string): string => `client-token:${id}`;

/**
 * Makes a client token. Its text is given out once; what is kept is the digest of its secret.
 * @param request.lifeSec - in whole seconds, within `clientTokenLifeSec`
 * @throws FaceError `state_unavailable`
 */
export async function issueClientToken(
  request: { name: string; tenant: string; scopes: readonly ClientScope[]; lifeSec: number },
  { clock, random, state, audit }: Deps,
): Promise<{ credential: Credential; client: Client }> {
  const { name, tenant, scopes, lifeSec } = request;
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
  };
  await state.write(clientKey(id), record, { when: 'absent', expiresAt });
  await audit.append({
    action: 'client_token_issued',
    connection: tenant,
    subject: '',
    detail: { id, name, scopes: [...scopes] },
  });
  return { credential: new Credential(`fst_${id}_${secret}`), client: toClient(id, record) };
}

/**
 * Whose token this is. An unknown id takes the same steps as a wrong secret.
 * @throws FaceError `caller_untrusted`, `state_unavailable`
 */
export async function authenticateClient(credential: Credential, deps: Pick<Deps, 'clock' | 'state'>): Promise<Client> {
  const [, id, secret] = credential.use((text) => /^fst_([0-9a-f]{24})_([\w-]{43})$/.exec(text)) ?? [];
  if (id === undefined || secret === undefined) throw new FaceError('caller_untrusted');
  const record = await readRecord(id, deps);
  const expected = Buffer.from(record?.secretDigest ?? noDigest, 'base64url');
  const isRight = hasDigest(secret, expected);
  if (!isRight || record === null || !isLive(record, deps.clock)) throw new FaceError('caller_untrusted');
  return toClient(id, record);
}

/**
 * Asks again, right before the answer: the token may have been revoked while the work was done.
 * @throws FaceError `caller_untrusted`, `state_unavailable`
 */
export async function checkClientLive(client: Client, deps: Pick<Deps, 'clock' | 'state'>): Promise<void> {
  const record = await readRecord(client.id, deps);
  if (record === null || !isLive(record, deps.clock)) throw new FaceError('caller_untrusted');
}

/**
 * Ends a client token at once, for requests under way too. Revoking a revoked one succeeds.
 * @throws FaceError `not_found` for an id that never was or has expired, `state_unavailable`
 */
export async function revokeClientToken(id: string, deps: Pick<Deps, 'state' | 'audit'>): Promise<void> {
  const record = await readRecord(id, deps);
  if (record === null) throw new FaceError('not_found');
  const revoked = { ...record, isRevoked: true };
  await deps.state.write(clientKey(id), revoked, { when: 'any', expiresAt: record.expiresAt });
  await deps.audit.append({ action: 'client_token_revoked', connection: record.tenant, subject: '', detail: { id } });
}

async function readRecord(id: string, { state }: Pick<Deps, 'state'>): Promise<ClientRecord | null> {
  const found = await state.read(clientKey(id));
  return found === null ? null : recordGuard.parse(found.value);
}

/** Compared against where there is no record; no secret has this digest. */
const noDigest = Buffer.alloc(32).toString('base64url');

const isLive = ({ isRevoked, expiresAt }: ClientRecord, clock: Clock): boolean => !isRevoked && expiresAt > clock.now();

const toClient = (id: string, { name, tenant, scopes, issuedAt, expiresAt }: ClientRecord): Client => ({
  id,
  name,
  tenant,
  scopes,
  issuedAt,
  expiresAt,
});
