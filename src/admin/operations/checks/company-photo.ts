import { lookup } from 'node:dns/promises';
import { claimsInAddress, hasNoPhoto, mostPhotoBytes } from '../../../connections/company-photo.js';
import { type Check, type Finding, fail, manual, pass, warn } from '../../../connections/provisioning.js';
import { callRest } from '../../../connections/rest-call.js';
import type { PhotoPolicy } from '../../../core/connection.js';
import type { Ports } from '../../../core/deps.js';
import type { Profile } from '../../../core/ports.js';
import { createPublicFetch } from '../../../network/fetch.js';
import { isPublicAddress } from '../../../network/public-address.js';

const timeoutMs = 5_000;

/** Value of every claim in the address that is asked for. */
const unknownPerson = 'facestep-doctor';

/** Says if enrolments are refused by the organization's photo, or only recorded. */
export const createPhotoModeCheck = ({ mode }: PhotoPolicy): Check => ({
  title: 'Comparison with the photos of the organization',
  run: async () =>
    mode === 'enforce'
      ? pass('enforce: a face that the photo does not confirm is not enrolled, in every mode of the policy')
      : warn(
          'shadow: a face that the photo does not confirm is enrolled nevertheless, and recorded',
          'Read facestep log --action company_photo_compared. Then set policy.photo.mode to "enforce".',
        ),
});

/** Checks the source of the photos with which enrolments are compared, by asking for the photo of an unknown person. */
export const createPhotoSourceCheck = (policy: PhotoPolicy, deps: Ports<'fetch'>): Check => ({
  title: 'Photos of the organization',
  async run() {
    if (policy.source === 'document') return pass('each person presents a digital document');
    return policy.source === 'provider' ? judgeProvider() : askSource(policy, policy.source, deps);
  },
});

/** Checks that the provider has the claims in the address of a photo. */
export const createPhotoClaimCheck = ({ source }: PhotoPolicy, { claimNames }: Pick<Profile, 'claimNames'>): Check => ({
  title: 'Claims in the address of the photos',
  async run() {
    const unknown =
      typeof source === 'string' ? [] : claimsInAddress(source.url).filter((name) => !claimNames.has(name));
    if (unknown.length === 0) return pass('have attributes at the provider');
    return fail(
      `no attribute for the claim ${unknown.join(', ')}, so no photo is found and no one can enrol`,
      'Name its attribute in "claims" of the connection: docs/consented-data.md.',
    );
  },
});

const judgeProvider = async (): Promise<Finding> =>
  manual(
    'The photos come from the provider',
    'Make sure that only administrators can change a photo or its address, because a photo that its owner can change proves nothing. See docs/company-photo.md.',
  );

async function askSource(
  policy: PhotoPolicy,
  { url, header }: Exclude<PhotoPolicy['source'], string>,
  { fetch }: Ports<'fetch'>,
): Promise<Finding> {
  const address = claimsInAddress(url).reduce((text, name) => text.replace(`{${name}}`, unknownPerson), url);
  const { host } = new URL(address);
  const { privateAddresses } = policy;
  const headers = header === null ? {} : header.value.use((value) => ({ [header.name]: value }));
  const call = { method: 'GET', headers, body: null, timeoutMs, bytes: { atMost: mostPhotoBytes } };
  const answer = await callRest(address, call, privateAddresses ? fetch : createPublicFetch()).catch(() => null);
  if (answer === null && !privateAddresses && !(await isPublic(new URL(address).hostname)))
    return fail(
      `${host} has no public address, so this server does not ask it`,
      'Set policy.photo.privateAddresses if it is in your own network. Otherwise, check the name.',
    );
  if (answer === null)
    return fail(
      `${host} does not answer within ${timeoutMs / 1000} s, so no one can enrol`,
      'Check the address, its certificate and the network.',
    );
  const { status } = answer;
  if (hasNoPhoto(status, policy)) return pass(`${host} answers, and has no photo of an unknown person`);
  if (status === 401 || status === 403)
    return fail(`${host} refuses this server (status ${status})`, 'Check policy.photo.source.header.');
  if (status >= 300 && status < 400)
    return fail(`${host} redirects, which is refused`, 'Set policy.photo.source.url to the address of the photos.');
  if (status === 200)
    return warn(
      `${host} sends a file for an unknown person`,
      'Have it answer with status 404 where there is no photo: a placeholder is compared like a photo, and the person is refused.',
    );
  return fail(
    `${host} answers with status ${status}, so no one can enrol`,
    'See the log of the server with the photos.',
  );
}

const isPublic = (hostname: string): Promise<boolean> =>
  lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).then(
    (found) => found.length > 0 && found.every(({ address }) => isPublicAddress(address)),
    () => false,
  );
