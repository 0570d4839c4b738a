import type { PhotoPolicy } from '../core/connection.js';
import type { CompanyPhoto, Fetch, Profile } from '../core/ports.js';
import { Photo } from '../core/secrets.js';
import { fromHttpDate } from '../core/units.js';
import { FaceError } from '../errors.js';
import { callRest } from './rest-call.js';

/* Finds the photo of a person that the organization already has. It is neither stored nor logged. */

const timeoutMs = 5_000;

/** 5 MB. */
export const mostPhotoBytes = 5 * 1024 * 1024;

export interface PhotoFetches {
  readonly fetch: Fetch;
  /** Refuses hosts whose address is not public. */
  readonly publicFetch: Fetch;
}

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
  { fetch, publicFetch }: PhotoFetches,
): (subject: string) => Promise<CompanyPhoto | null> {
  const { source, hosts, privateAddresses } = policy;
  const load = (address: string, headers: Readonly<Record<string, string>>): Promise<CompanyPhoto | null> => {
    const host = isWebAddress(address) ? new URL(address).hostname : null;
    // The address may be the user's own choice.
    if (host === null || !hosts.includes(host))
      throw new FaceError('company_photo_invalid', { reason: 'a host that policy.photo.hosts does not name', host });
    return fetchPhoto(address, headers, privateAddresses ? fetch : publicFetch);
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

  if (source === 'provider') {
    return async (subject) => {
      const found =
        profile.findPhoto === undefined
          ? ((await readClaims(subject, ['picture'])).picture ?? null)
          : await profile.findPhoto(subject);
      return typeof found === 'string' ? load(found, {}) : found;
    };
  }
  const { url, header } = source;
  return async (subject) => {
    const claims = await readClaims(subject, claimsInAddress(url));
    if (claimsInAddress(url).some((name) => claims[name] === undefined)) return null;
    const address = url.replace(placeholder, (_, name) => encodeURIComponent(claims[name] ?? ''));
    return header === null ? load(address, {}) : header.value.use((value) => load(address, { [header.name]: value }));
  };
}

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

async function fetchPhoto(
  address: string,
  headers: Readonly<Record<string, string>>,
  fetch: Fetch,
): Promise<CompanyPhoto | null> {
  const call = { method: 'GET', headers, body: null, timeoutMs, bytes: { atMost: mostPhotoBytes } };
  const answer = await callRest(address, call, fetch).catch((error: unknown) => {
    throw new FaceError('company_photo_unavailable', null, { cause: error });
  });
  return toCompanyPhoto(answer);
}

/**
 * Reads the reply of a server of photos.
 * @returns `null` if it has none
 * @throws `company_photo_invalid` for a redirect or an answer that is too long; `company_photo_unavailable`
 */
export function toCompanyPhoto({ status, headers, body }: Awaited<ReturnType<typeof callRest>>): CompanyPhoto | null {
  if (status === 404 || status === 410) return null;
  if (status >= 300 && status < 400) throw new FaceError('company_photo_invalid', { reason: 'a redirect', status });
  if (status !== 200) throw new FaceError('company_photo_unavailable', { status });
  if (!(body instanceof Uint8Array)) throw new FaceError('company_photo_invalid', { reason: 'over 5 MB' });
  return { photo: new Photo(body), changedAt: fromHttpDate(headers.get('last-modified') ?? '') };
}
