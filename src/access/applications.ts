import { z } from 'zod';
import { changeExisting, changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { Administrator } from './rights.js';
import { clientScopes } from './scopes.js';

/** Limits and defaults of quotas. Quotas are counted per minute and per day of the UTC clock. */
export const quotaRanges = {
  perMinute: { standard: 600, most: 100_000 },
  perDay: { standard: 100_000, most: 100_000_000 },
} as const;

/** Limited, because one record holds the ids of all applications. */
export const maxApplications = 1000;

const recordGuard = z.object({
  /** 1 to 100 characters. */
  name: z.string(),
  /** Tenant to which enrolments are bound, so it cannot change. */
  tenant: z.string(),
  /** Scopes that the application's API keys may have. Issued API keys lose a scope that is removed here. */
  scopes: z.array(z.enum(clientScopes)).readonly(),
  perMinute: z.number(),
  perDay: z.number(),
  /** At most 200 characters. */
  contact: z.string(),
  createdAt: epochMsGuard,
  changedAt: epochMsGuard,
  /** Ids of developers (docs/onboarding.md). */
  owners: z.array(z.string()).readonly(),
  keys: z.array(z.string()).readonly(),
});
type ApplicationRecord = z.infer<typeof recordGuard>;

export type Application = Readonly<ApplicationRecord> & { readonly id: string };
export type ApplicationTerms = Pick<Application, 'name' | 'scopes' | 'perMinute' | 'perDay' | 'contact'>;

/** Ids of all applications, oldest first. Readers skip ids of removed applications. */
const index = { key: 'applications', guard: z.array(z.string()), expiresAt: () => null };

const storedOf = (id: string) => ({ key: `application:${id}`, guard: recordGuard, expiresAt: () => null });

const toApplication = (id: string, record: ApplicationRecord): Application => ({ id, ...record });

interface AskedFor {
  /**
   * Id of the developer's request. It becomes the application's id, so that a repeated registration changes nothing.
   */
  readonly id: string;
  readonly owners: readonly string[];
}

/**
 * Registers an application.
 * @param asked - a developer's request, or `null` if an administrator registers it
 * @throws `limit_reached`
 */
export async function registerApplication(
  { tenant, ...terms }: ApplicationTerms & { readonly tenant: string },
  by: Pick<Administrator, 'name'>,
  { clock, random, state, audit }: Ports<'state' | 'clock' | 'random' | 'audit'>,
  asked: AskedFor | null = null,
): Promise<Application> {
  const id = asked?.id ?? Buffer.from(random(12)).toString('hex');
  const withIt = (former: string[] | null): string[] => {
    const listed = former ?? [];
    if (listed.includes(id)) return listed;
    if (listed.length >= maxApplications) throw new FaceError('limit_reached');
    return [...listed, id];
  };
  const list = () => changeStored(index, withIt, { state });
  const known = asked === null ? null : await findApplication(id, { state });
  if (known !== null) {
    // An earlier attempt may have crashed before adding the id to the list.
    await list();
    return known;
  }
  withIt((await readStored(index, { state }))?.record ?? null);
  const detail = { id, ...terms, scopes: [...terms.scopes], by: by.name };
  await audit.append({ action: 'application_registered', connection: tenant, subject: '', detail });
  const now = clock.now();
  const record = {
    ...terms,
    scopes: [...terms.scopes],
    tenant,
    createdAt: now,
    changedAt: now,
    owners: [...(asked?.owners ?? [])],
    keys: [],
  };
  await state.write(storedOf(id).key, record, { when: 'absent', expiresAt: null });
  await list().catch(async (error: unknown) => {
    await state.delete(storedOf(id).key);
    throw error;
  });
  return toApplication(id, record);
}

export async function findApplication(id: string, { state }: Ports<'state'>): Promise<Application | null> {
  const found = await readStored(storedOf(id), { state });
  return found === null ? null : toApplication(id, found.record);
}

export async function readApplication(id: string, deps: Ports<'state'>): Promise<Application> {
  const found = await findApplication(id, deps);
  if (found === null) throw new FaceError('not_found');
  return found;
}

export async function listApplications({ state }: Ports<'state'>): Promise<Application[]> {
  const ids = (await readStored(index, { state }))?.record ?? [];
  const applications = await Promise.all(ids.map((id) => findApplication(id, { state })));
  return applications.filter((application) => application !== null);
}

export async function changeApplication(
  id: string,
  changes: { readonly [Term in keyof ApplicationTerms]?: ApplicationTerms[Term] | undefined },
  by: Pick<Administrator, 'name'>,
  deps: Ports<'clock' | 'state' | 'audit'>,
): Promise<Application> {
  const toTerms = (former: ApplicationTerms) => ({
    name: changes.name ?? former.name,
    scopes: [...(changes.scopes ?? former.scopes)],
    perMinute: changes.perMinute ?? former.perMinute,
    perDay: changes.perDay ?? former.perDay,
    contact: changes.contact ?? former.contact,
  });
  const former = await readApplication(id, deps);
  const detail = { id, ...toTerms(former), by: by.name };
  await deps.audit.append({ action: 'application_changed', connection: former.tenant, subject: '', detail });
  const changedAt = deps.clock.now();
  const change = (record: ApplicationRecord) => ({ ...record, ...toTerms(record), changedAt });
  return toApplication(id, await changeExisting(storedOf(id), change, deps));
}

/** Removes an application. Its API keys stop working at once. @throws `not_found` */
export async function removeApplication(
  id: string,
  by: Pick<Administrator, 'name'>,
  { state, audit }: Ports<'state' | 'audit'>,
): Promise<void> {
  const { name, tenant } = await readApplication(id, { state });
  const detail = { id, name, by: by.name };
  await audit.append({ action: 'application_removed', connection: tenant, subject: '', detail });
  await state.delete(storedOf(id).key);
  await changeStored(index, (former) => (former ?? []).filter((listed) => listed !== id), { state });
}

export async function changeKeysOf(
  id: string,
  change: (keys: readonly string[]) => readonly string[],
  deps: Ports<'state'>,
): Promise<void> {
  await changeExisting(storedOf(id), (record) => ({ ...record, keys: [...change(record.keys)] }), deps);
}

export async function changeOwnersOf(
  id: string,
  change: (owners: readonly string[]) => readonly string[],
  deps: Ports<'state'>,
): Promise<void> {
  await changeExisting(storedOf(id), (record) => ({ ...record, owners: [...change(record.owners)] }), deps);
}
