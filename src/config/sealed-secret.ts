import { z } from 'zod';
import type { Clock, Keys, Random } from '../core/ports.js';
import { openText, sealedTextGuard, sealText } from '../core/sealed-text.js';
import type { Credential } from '../core/secrets.js';
import { toIso } from '../core/units.js';

/** A secret that an administrator stated in the console. The file has it as `{"sealed": …}`. */
export const sealedSecretGuard = sealedTextGuard.extend({ by: z.string(), at: z.iso.datetime() });

export type SealedSecret = z.output<typeof sealedSecretGuard>;

/** @param setting - as `nameSetting` returns it */
export type OpenSecret = (secret: SealedSecret, setting: string) => Promise<Credential>;

/** Binds the secret to its setting, so that an owner cannot send it elsewhere, and to who set it. */
const labelOf = (setting: string, { by, at }: Pick<SealedSecret, 'by' | 'at'>): string =>
  JSON.stringify(['secret of the configuration of facestep', setting, by, at]);

/** Seals a secret for one setting. @param setting - as `nameSetting` returns it */
export async function sealSecret(
  secret: Credential,
  { setting, by }: { readonly setting: string; readonly by: string },
  { clock, ...deps }: { readonly keys: Keys; readonly clock: Clock; readonly random: Random },
): Promise<SealedSecret> {
  const set = { by, at: toIso(clock.now()) };
  const { version, nonce, sealed } = await sealText(secret, labelOf(setting, set), deps);
  return { version, nonce, sealed, by: set.by, at: set.at };
}

/** Opens a sealed secret. @throws `token_key_retired`; `state_unavailable` if it is of another setting */
export const openSecret = (secret: SealedSecret, setting: string, keys: Keys): Promise<Credential> =>
  openText(secret, labelOf(setting, secret), { keys });

const namedGuard = z.object({ id: z.string() });

/** Names a setting by the ids of list elements, such as `connections.work.oidc.clients.app.secret`, so that their order does not matter. */
export function nameSetting(file: unknown, path: readonly PropertyKey[]): string {
  const names: string[] = [];
  path.reduce<unknown>((value, key) => {
    const entries: readonly [string, unknown][] =
      typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const child = entries.find(([name]) => name === String(key))?.[1];
    names.push(Array.isArray(value) ? (namedGuard.safeParse(child).data?.id ?? String(key)) : String(key));
    return child;
  }, file);
  return names.join('.');
}

/** Finds the versions of the keys that the sealed secrets of a file need. */
export function findSealedVersions(file: unknown): readonly number[] {
  if (typeof file !== 'object' || file === null) return [];
  const { data } = z.object({ sealed: sealedSecretGuard }).safeParse(file);
  return data === undefined ? Object.values(file).flatMap(findSealedVersions) : [data.sealed.version];
}
