import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import { digestOf } from '../../core/digest.js';
import type { State } from '../../core/ports.js';
import type { Administrator } from '../rights.js';

/** Somebody who signed in at the company's provider and asks for themselves. */
export interface Developer extends Administrator {
  /** 43 characters, made of issuer and subject: a new login is still the same developer. */
  readonly id: string;
}

/** The id of whoever has that immutable id at that provider. Two providers never name the same one. */
export const developerIdOf = (issuer: string, subject: string): string =>
  digestOf(JSON.stringify([issuer, subject])).toString('base64url');

const recordGuard = z.object({
  /** The name they last signed in by. */
  name: z.string(),
  /** Ids of their requests, oldest first; some may be gone. */
  requests: z.array(z.string()),
  /** Ids of applications they may own: each application itself says who does. */
  applications: z.array(z.string()),
  /** The id of the sandbox token that is theirs. */
  sandboxToken: z.string().nullable(),
});

/** What is kept of a developer. */
export type DeveloperRecord = z.infer<typeof recordGuard>;

const storedOf = (id: string) => ({ key: `developer:${id}`, guard: recordGuard, expiresAt: () => null });

/** `null`: they never asked for anything. @throws FaceError `state_unavailable` */
export async function findDeveloper(id: string, { state }: { readonly state: State }): Promise<DeveloperRecord | null> {
  return (await readStored(storedOf(id), { state }))?.record ?? null;
}

/**
 * Changes what is kept of a developer, and notes the name they go by today.
 * @throws FaceError `state_unavailable`, and whatever `change` throws
 */
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
