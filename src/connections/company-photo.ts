import { isLoopback } from '../config/safe-url.js';
import type { PhotoPolicy } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { CompanyPhoto, Profile } from '../core/ports.js';
import type { OwnPhoto } from '../core/secrets.js';
import { fromHttpDate } from '../core/units.js';
import { FaceError } from '../errors.js';
import { callRest, type RestAnswer } from './rest-call.js';

/* Finds the photo of a person that the organization already has. It is neither stored nor logged. */

const timeoutMs = 5_000;

/** 5 MB. */
export const mostPhotoBytes = 5 * 1024 * 1024;

/** Claims in braces of a photo's address: `https://badge.example/photos/{employee_number}.jpg`. */
const placeholder = /\{([\w:.-]+)\}/g;

export const claimsInAddress = (address: string): readonly string[] =>
  [...address.matchAll(placeholder)].map(([, name = '']) => name);

/**
 * Creates the function that reads a person's photo from the source of the policy. It returns `null` if there is none.
 * @throws `company_photo_invalid`, `company_photo_unavailable`, `subject_unknown`, `profile_unavailable`
 */
export function createFindPhoto(
  policy: PhotoPolicy,
  profile: Profile,
  { fetch, publicFetch }: Ports<'fetch' | 'publicFetch'>,
): (subject: string, own: OwnPhoto) => Promise<CompanyPhoto | null> {
  const { source, hosts, privateAddresses } = policy;
  const load = async (
    address: string,
    headers: Readonly<Record<string, string>>,
    own: OwnPhoto,
  ): Promise<CompanyPhoto | null> => {
    const host = findHost(address);
    // The address may be the user's own choice.
    if (host === null || !hosts.includes(host))
      throw new FaceError('company_photo_invalid', { reason: 'a host that policy.photo.hosts does not name', host });
    const call = { method: 'GET', headers, body: null, timeoutMs, bytes: { atMost: mostPhotoBytes } };
    const answer = await callRest(address, call, privateAddresses ? fetch : publicFetch).catch((error: unknown) => {
      throw new FaceError('company_photo_unavailable', null, { cause: error });
    });
    return hasNoPhoto(answer.status, policy) ? null : toCompanyPhoto(answer, own);
  };

  async function readClaims(subject: string, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const claims = await profile.readClaims(subject, names);
    return claims.use((all) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) =>
          typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
        ),
      ),
    );
  }

  // The person brings the portrait.
  if (source === 'document') return async () => null;
  if (source === 'provider') {
    return async (subject, own) => {
      const found =
        profile.findPhoto === undefined
          ? ((await readClaims(subject, ['picture'])).picture ?? null)
          : await profile.findPhoto(subject, own);
      return typeof found === 'string' ? load(found, {}, own) : found;
    };
  }
  const { url, header } = source;
  return async (subject, own) => {
    const claims = await readClaims(subject, claimsInAddress(url));
    const values = claimsInAddress(url).map((name) => claims[name]);
    if (values.some((value) => value === undefined)) return null;
    // These would name another path, also if they are encoded.
    if (values.some((value) => /^\.+$/.test(value ?? '')))
      throw new FaceError('company_photo_invalid', { reason: 'a claim of dots' });
    const address = url.replace(placeholder, (_, name) => encodeURIComponent(claims[name] ?? ''));
    return header === null
      ? load(address, {}, own)
      : header.value.use((value) => load(address, { [header.name]: value }, own));
  };
}

/** Returns the host of an address, with a port other than the usual one; `null` unless it is encrypted or local. */
function findHost(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, host, hostname, username, password } = new URL(address);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return isSafe && username === '' && password === '' ? host : null;
}

/** Returns true if the server of photos has none of this person. */
export const hasNoPhoto = (status: number, { whenForbidden }: Pick<PhotoPolicy, 'whenForbidden'>): boolean =>
  missing.includes(status) || (status === 403 && whenForbidden === 'missing');

const missing: readonly number[] = [204, 404, 410];

/**
 * Reads the reply of a server of photos.
 * @returns `null` if it has none
 * @throws `company_photo_invalid` for a redirect or an answer that is too long; `company_photo_unavailable`
 */
export function toCompanyPhoto({ status, headers, body }: RestAnswer, own: OwnPhoto): CompanyPhoto | null {
  if (missing.includes(status)) return null;
  if (status >= 300 && status < 400) throw new FaceError('company_photo_invalid', { reason: 'a redirect', status });
  if (status !== 200) throw new FaceError('company_photo_unavailable', { status });
  if (!(body instanceof Uint8Array)) throw new FaceError('company_photo_invalid', { reason: 'over 5 MB' });
  return { photo: own(body), changedAt: fromHttpDate(headers.get('last-modified') ?? '') };
}
