import { z } from 'zod';
import { nameSetting, sealSecret } from '../config/sealed-secret.js';
import type { Ports } from '../core/deps.js';
import { Credential } from '../core/secrets.js';
import type { Json } from '../errors.js';

/*
 * A change states a new secret as `{"seal": "…"}`. It is sealed before it is stored. `{"formerDays": 7}` stands for the
 * secret that the change replaces, which the provider may still use for that time.
 */

/** Restores the lines of a PEM text, which a field of one line takes away. */
export const restoreLines = (text: string): string =>
  text.replace(/^(-----BEGIN [A-Z ]+-----)([\w+/=\s]+)(-----END [A-Z ]+-----)$/, (_, begin, body: string, end) =>
    [begin, ...(body.replace(/\s/g, '').match(/.{1,64}/g) ?? []), end].join('\n'),
  );

const statedGuard = z.strictObject({ seal: z.string().trim().min(1).max(16_384).transform(restoreLines) });
const formerGuard = z.strictObject({ formerDays: z.int().min(1).max(90) });

interface SealDeps extends Ports<'keys' | 'clock' | 'random'> {
  /** Administrator. */
  readonly by: string;
  /** Place of the section in the file, such as `connections.work.oidc`. */
  readonly place: string;
  /** Finds the secret that the one of a setting replaces. `null` if the setting has none. */
  readonly findFormer: (setting: string) => Credential | null;
}

/** Seals the secrets that a section states, each for its own setting. */
export async function sealStated(section: Json, { by, place, findFormer, ...deps }: SealDeps): Promise<Json> {
  const seal = async (secret: Credential, setting: string, days: number | null): Promise<Json> => {
    const { version, nonce, sealed, at, until } = await sealSecret(secret, { setting, by, days }, deps);
    const set = { version, nonce, sealed, by, at };
    return { sealed: until === undefined ? set : { ...set, until } };
  };
  const walk = async (value: Json, path: readonly string[]): Promise<Json> => {
    const setting = [place, nameSetting(section, path)].filter((each) => each !== '').join('.');
    const { data: stated } = statedGuard.safeParse(value);
    if (stated !== undefined) return seal(new Credential(stated.seal), setting, null);
    const { data: kept } = formerGuard.safeParse(value);
    if (kept !== undefined) {
      const former = findFormer(path.join('.'));
      return former === null ? null : seal(former, setting, kept.formerDays);
    }
    if (Array.isArray(value)) return Promise.all(value.map((each, at) => walk(each, [...path, String(at)])));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(async ([key, each]) => [key, await walk(each, [...path, key])] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return walk(section, []);
}
