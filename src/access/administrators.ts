import { z } from 'zod';
import { changeStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { attemptsOfKeys } from '../core/limits/attempts.js';
import { countAttempt } from '../core/limits/lockout.js';
import { Credential, digestOf, hasDigest } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type Administrator, idOfKey, type Role, roles } from './rights.js';

/** Administrator of the configured or generated API key. This administrator always exists. */
const firstOwner = { name: 'owner', role: 'owner' } as const;

export const maxAdministrators = 100;

const recordGuard = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  secretDigest: z.string(),
  addedAt: epochMsGuard,
  expiresAt: epochMsGuard.nullable(),
});
type AdministratorRecord = z.infer<typeof recordGuard>;

const list = { key: 'administrators', guard: z.array(recordGuard), expiresAt: () => null };

/** Digest to compare with if there is no record, so that timing is equal. No secret has this digest. */
const noDigest = Buffer.alloc(32).toString('base64url');

export interface KeyPorts extends Ports<'state' | 'clock'> {
  /** SHA-256 digest of the first owner's API key, which is sent in `X-Admin-Key`. */
  readonly adminKeyDigest: Uint8Array;
}

export interface IdentifiedKey {
  readonly administrator: Administrator;
  readonly keyId: string;
}

/**
 * Returns the administrator of an API key. Timing is equal for unknown ids and wrong secrets.
 * @param source - address, which gets `locked_out` after too many wrong API keys. A correct API key is still accepted,
 * because several people may share the address of a proxy
 * @throws `caller_untrusted`, `locked_out`
 */
export async function authenticateAdministrator(
  credential: Credential,
  source: string,
  deps: KeyPorts,
): Promise<IdentifiedKey> {
  // An empty API key is not counted as a failed attempt, because it is no guess.
  if (credential.use((text) => text === '')) throw new FaceError('caller_untrusted');
  const identified = await identify(credential, deps);
  if (identified !== null) return identified;
  return countAttempt(attemptsOfKeys(source), () => Promise.reject(new FaceError('caller_untrusted')), deps);
}

async function identify(
  credential: Credential,
  { adminKeyDigest, state, clock }: KeyPorts,
): Promise<IdentifiedKey | null> {
  if (credential.use((text) => hasDigest(text, adminKeyDigest))) return firstOwnerOf({ adminKeyDigest });
  const [, id, secret] = credential.use((text) => /^fsa_([0-9a-f]{24})_([\w-]{43})$/.exec(text)) ?? [];
  if (id === undefined || secret === undefined) return null;
  const record = (await readAll({ state })).find((each) => each.id === id);
  const isRight = hasDigest(secret, Buffer.from(record?.secretDigest ?? noDigest, 'base64url'));
  if (!isRight || record === undefined || !isLive(record, clock.now())) return null;
  return toIdentified(record, id);
}

const toIdentified = ({ name, role }: Pick<Administrator, 'name' | 'role'>, keyId: string): IdentifiedKey => ({
  administrator: { id: idOfKey(keyId), name, role, means: 'key' },
  keyId,
});

export const firstOwnerOf = ({ adminKeyDigest }: Pick<KeyPorts, 'adminKeyDigest'>): IdentifiedKey =>
  toIdentified(firstOwner, idOfFirstKey(adminKeyDigest));

/** Returns the id of the first owner's API key, which changes if another API key is configured. */
const idOfFirstKey = (adminKeyDigest: Uint8Array): string => `first-${digestOf(adminKeyDigest).toString('base64url')}`;

export async function isKeyLive(keyId: string, { adminKeyDigest, state, clock }: KeyPorts): Promise<boolean> {
  if (keyId === idOfFirstKey(adminKeyDigest)) return true;
  const record = (await readAll({ state })).find((each) => each.id === keyId);
  return record !== undefined && isLive(record, clock.now());
}

/**
 * Adds an administrator. The API key is returned only here, because only the digest of its secret is stored.
 * @throws `name_taken`, `limit_reached`
 */
export async function addAdministrator(
  { name, role, lifeSec }: { readonly name: string; readonly role: Role; readonly lifeSec: number | null },
  by: Pick<Administrator, 'name'>,
  { random, clock, state, audit }: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<{ readonly credential: Credential; readonly expiresAt: EpochMs | null }> {
  const id = Buffer.from(random(12)).toString('hex');
  const secret = Buffer.from(random(32)).toString('base64url');
  const addedAt = clock.now();
  const expiresAt = lifeSec === null ? null : addSec(addedAt, lifeSec);
  const secretDigest = digestOf(secret).toString('base64url');
  const withOneMore = (former: AdministratorRecord[] | null): AdministratorRecord[] => {
    const live = (former ?? []).filter((each) => isLive(each, addedAt));
    if ([firstOwner, ...live].some((each) => each.name === name)) throw new FaceError('name_taken');
    if (live.length >= maxAdministrators) throw new FaceError('limit_reached');
    return [...live, { id, name, role, secretDigest, addedAt, expiresAt }];
  };
  withOneMore(await readAll({ state }));
  const detail = { name, role, id, by: by.name };
  await audit.append({ action: 'administrator_added', connection: '', subject: '', detail });
  await changeStored(list, withOneMore, { state });
  return { credential: new Credential(`fsa_${id}_${secret}`), expiresAt };
}

/**
 * Removes an administrator and their API key. The first owner cannot be removed.
 * @throws `not_found`
 */
export async function removeAdministrator(
  name: string,
  by: Pick<Administrator, 'name'>,
  { state, audit }: Ports<'state' | 'audit'>,
): Promise<void> {
  const without = (former: AdministratorRecord[] | null): AdministratorRecord[] => {
    const left = (former ?? []).filter((each) => each.name !== name);
    if (left.length === (former ?? []).length) throw new FaceError('not_found');
    return left;
  };
  without(await readAll({ state }));
  const detail = { name, by: by.name };
  // The audit entry is written before the removal. If it failed afterwards, a retry would find no administrator and
  // write no entry.
  await audit.append({ action: 'administrator_removed', connection: '', subject: '', detail });
  await changeStored(list, without, { state });
}

export async function listAdministrators({ state, clock }: Ports<'state' | 'clock'>) {
  const added = (await readAll({ state })).filter((each) => isLive(each, clock.now()));
  return [
    { ...firstOwner, addedAt: null, expiresAt: null },
    ...added.map(({ name, role, addedAt, expiresAt }) => ({ name, role, addedAt, expiresAt })),
  ];
}

async function readAll({ state }: Ports<'state'>): Promise<AdministratorRecord[]> {
  const found = await state.read(list.key);
  return found === null ? [] : list.guard.parse(found.value);
}

const isLive = ({ expiresAt }: AdministratorRecord, now: EpochMs): boolean => expiresAt === null || expiresAt > now;
