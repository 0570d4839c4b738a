import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import { digestOf } from '../../core/digest.js';
import type { State } from '../../core/ports.js';
import type { Administrator } from '../rights.js';

export interface Developer extends Administrator {
  /** 43 characters, derived from issuer and subject and therefore independent of the login. */
  readonly id: string;
}

export const developerIdOf = (issuer: string, subject: string): string =>
  digestOf(JSON.stringify([issuer, subject])).toString('base64url');

const recordGuard = z.object({
  name: z.string(),
  /** Ids of the developer's requests, oldest first. Some may be deleted. */
  requests: z.array(z.string()),
  /** Ids of applications that the developer may own. The list of owners in each application decides. */
  applications: z.array(z.string()),
  sandboxToken: z.string().nullable(),
});

export type DeveloperRecord = z.infer<typeof recordGuard>;

const storedOf = (id: string) => ({ key: `developer:${id}`, guard: recordGuard, expiresAt: () => null });

/** @returns `null` before the first request */
export async function findDeveloper(id: string, { state }: { readonly state: State }): Promise<DeveloperRecord | null> {
  return (await readStored(storedOf(id), { state }))?.record ?? null;
}

export async function changeDeveloper(
  { id, name }: Pick<Developer, 'id' | 'name'>,
  change: (record: DeveloperRecord) => DeveloperRecord,
  { state }: { readonly state: State },
): Promise<{ readonly former: DeveloperRecord | null; readonly changed: DeveloperRecord }> {
  return changeStored(
    storedOf(id),
    (former) => ({
      ...change(former ?? { name, requests: [], applications: [], sandboxToken: null }),
      name,
    }),
    { state },
  );
}
