import { z } from 'zod';
import type { Clock, Keys, Random } from '../core/ports.js';
import { openText, sealedTextGuard, sealText } from '../core/sealed-text.js';
import type { Credential } from '../core/secrets.js';
import { addSec, fromIso, secondsPerDay, toIso } from '../core/units.js';

/** A secret that an administrator stated in the console. The file has it as `{"sealed": …}`. */
export const sealedSecretGuard = sealedTextGuard.extend({
  by: z.string(),
  at: z.iso.datetime(),
  /** End of a former secret, which is absent from then on. */
  until: z.iso.datetime().optional(),
});

export type SealedSecret = z.output<typeof sealedSecretGuard>;

/**
 * @param setting - as `nameSetting` returns it
 * @returns `null` for a former secret that has ended
 */
export type OpenSecret = (secret: SealedSecret, setting: string) => Promise<Credential | null>;

/** Binds the secret to its setting, so that an owner cannot send it elsewhere, to who set it, and to its end. */
const labelOf = (setting: string, { by, at, until = '' }: Pick<SealedSecret, 'by' | 'at' | 'until'>): string =>
  JSON.stringify(['secret of the configuration of facestep', setting, by, at, until]);

/**
 * Seals a secret for one setting.
 * @param about.setting - as `nameSetting` returns it
 * @param about.days - life of a former secret
 */
export async function sealSecret(
  secret: Credential,
  { setting, by, days }: { readonly setting: string; readonly by: string; readonly days: number | null },
  { clock, ...deps }: { readonly keys: Keys; readonly clock: Clock; readonly random: Random },
): Promise<SealedSecret> {
  const now = clock.now();
  const until = days === null ? undefined : toIso(addSec(now, days * secondsPerDay));
  const at = toIso(now);
  const { version, nonce, sealed } = await sealText(secret, labelOf(setting, { by, at, until }), deps);
  return { version, nonce, sealed, by, at, until };
}

/** Opens a sealed secret. @throws `token_key_retired`; `state_unavailable` if it is of another setting */
export const openSecret = (
  secret: SealedSecret,
  setting: string,
  { keys, clock }: { readonly keys: Keys; readonly clock: Clock },
): Promise<Credential | null> =>
  hasEnded(secret, clock) ? Promise.resolve(null) : openText(secret, labelOf(setting, secret), { keys });

const hasEnded = ({ until }: SealedSecret, clock: Clock): boolean =>
  until !== undefined && fromIso(until) <= clock.now();

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

function findSealed(file: unknown): readonly SealedSecret[] {
  if (typeof file !== 'object' || file === null) return [];
  const { data } = z.object({ sealed: sealedSecretGuard }).safeParse(file);
  return data === undefined ? Object.values(file).flatMap(findSealed) : [data.sealed];
}

/** Finds the versions of the keys that the sealed secrets of a file need. */
export const findSealedVersions = (file: unknown): readonly number[] => findSealed(file).map(({ version }) => version);

/** Counts the former secrets of a file that have ended. A file with a new one has to be loaded again. */
export const countEnded = (file: unknown, clock: Clock): number =>
  findSealed(file).filter((each) => hasEnded(each, clock)).length;
