import { z } from 'zod';
import type { Administrator } from '../../access/rights.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';

/** A user of the console who signed in at the provider. */
export type Developer = Administrator;

const recordGuard = z.object({
  name: z.string(),
  /** Ids of the developer's requests, oldest first. The list may have ids of deleted requests. */
  requests: z.array(z.string()),
  /** Ids of applications that the developer may own. The list of owners in each application decides. */
  applications: z.array(z.string()),
  sandboxToken: z.string().nullable(),
});

export type DeveloperRecord = z.infer<typeof recordGuard>;

const storedOf = (id: string) => ({ key: `developer:${id}`, guard: recordGuard, expiresAt: () => null });

/** @returns `null` before the first request */
export async function findDeveloper(id: string, { state }: Ports<'state'>): Promise<DeveloperRecord | null> {
  return (await readStored(storedOf(id), { state }))?.record ?? null;
}

export async function changeDeveloper(
  { id, name }: Pick<Developer, 'id' | 'name'>,
  change: (record: DeveloperRecord) => DeveloperRecord,
  { state }: Ports<'state'>,
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
