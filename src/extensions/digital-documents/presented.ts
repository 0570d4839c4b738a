import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import type { Hint } from '../../core/hints.js';
import { maxDocumentCharacters } from '../../core/page-protocol.js';
import type { PresentedDocument, PresentedDocuments, Profile } from '../../core/ports.js';
import { Credential, type OwnPhoto } from '../../core/secrets.js';
import { isStored, toStoredDigest } from '../../core/tickets.js';
import { addSec } from '../../core/units.js';
import type { DocumentsConfig } from './config.js';
import { namesPerson } from './names.js';
import { openResponse, type ResponseWay, readDocument } from './read.js';
import { clientIdOf, createRequest, deriveSecrets, type RequestSecrets, signRequest } from './request.js';

/** Seconds in which an app can open a link and respond. */
const linkLifeSec = 15 * 60;

const linkGuard = z.object({
  /** Digest of the secret in the link. */
  placeDigest: z.string(),
  /** Response until the page has taken it, still encrypted. */
  response: z.string().max(maxDocumentCharacters).nullable(),
});
type Link = z.output<typeof linkGuard>;

type DocumentPorts = Ports<'state' | 'clock' | 'log' | 'keys' | 'issuer' | 'publicFetch'>;

const toStored = (stepUpId: string, { clock }: Ports<'clock'>) => ({
  key: `document:${stepUpId}`,
  guard: linkGuard,
  expiresAt: () => addSec(clock.now(), linkLifeSec),
});

/** Address of a request, and of the response to it. */
const addressOf = (
  { connection, stepUpId }: { readonly connection: string; readonly stepUpId: string },
  { place }: Pick<RequestSecrets, 'place'>,
  { issuer }: Ports<'issuer'>,
): string => `${issuer}/documents/${connection}/${stepUpId}/${place}`;

interface DocumentConnection {
  readonly id: string;
  readonly profile: Pick<Profile, 'readClaims'>;
}

/** Claims that a document is compared with. */
export const comparedClaims = ({ birthdate }: DocumentsConfig): readonly string[] => [
  'given_name',
  'family_name',
  ...(birthdate ? ['birthdate'] : []),
];

/** Creates the reader of documents that people of a connection present. */
export function createPresentedDocuments(
  config: DocumentsConfig,
  { id: connection, profile }: DocumentConnection,
  deps: DocumentPorts,
): PresentedDocuments {
  const waysOf = (stepUpId: string, secrets: RequestSecrets): readonly ResponseWay[] => {
    const browser = { kind: 'browser', origin: new URL(deps.issuer).origin } as const;
    if (config.request === null) return [browser];
    const responseUri = addressOf({ connection, stepUpId }, secrets, deps);
    return [browser, { kind: 'link', clientId: clientIdOf(config.request), responseUri }];
  };

  async function isPerson(
    subject: string,
    {
      given,
      family,
      birthdate,
    }: { readonly given: string; readonly family: string; readonly birthdate: string | null },
  ): Promise<boolean> {
    const claims = await profile.readClaims(subject, comparedClaims(config));
    return claims.use(({ given_name, family_name, birthdate: born }) => {
      if (typeof given_name !== 'string' || typeof family_name !== 'string') return false;
      const isNamed = namesPerson({ given, family }, { given: given_name, family: family_name }, config);
      return isNamed && (!config.birthdate || (birthdate !== null && birthdate === born));
    });
  }

  return {
    async createRequest(stepUpId) {
      const secrets = await deriveSecrets(stepUpId, deps);
      const link = { placeDigest: toStoredDigest(new Credential(secrets.place)), response: null };
      if (config.request !== null) await changeStored<Link, Link>(toStored(stepUpId, deps), () => link, deps);
      const address = addressOf({ connection, stepUpId }, secrets, deps);
      return createRequest(config, { secrets, address }, deps);
    },
    async takeResponse(stepUpId) {
      const take = (found: Link | null): Link | null =>
        found === null || found.response === null ? found : { ...found, response: null };
      const { former } = await changeStored<Link, Link | null>(toStored(stepUpId, deps), take, deps);
      return former?.response ?? null;
    },
    async read(response, { stepUpId, subject }, own: OwnPhoto): Promise<PresentedDocument | Hint> {
      const secrets = await deriveSecrets(stepUpId, deps);
      const opened = await openResponse(response, secrets);
      if (opened === null) return 'document_invalid';
      const read = await readDocument(opened, { config, secrets, ways: waysOf(stepUpId, secrets) }, own, deps);
      if (typeof read === 'string') return read;
      const { issuer, kind, portrait } = read;
      return (await isPerson(subject, read)) ? { issuer, kind, portrait } : 'document_of_another';
    },
  };
}

/** Returns the request that a link leads to. @returns `null` for a link that was not made, or has expired */
export async function readLinkedRequest(
  config: DocumentsConfig,
  { connection, stepUpId, place }: { readonly connection: string; readonly stepUpId: string; readonly place: string },
  deps: Ports<'state' | 'clock' | 'keys' | 'issuer'>,
): Promise<string | null> {
  const found = await readStored(toStored(stepUpId, deps), deps);
  // Before the keys are asked, so that guesses cost one look-up.
  if (config.request === null || !isStored(new Credential(place), found?.record.placeDigest ?? null)) return null;
  const secrets = await deriveSecrets(stepUpId, deps);
  const responseUri = addressOf({ connection, stepUpId }, secrets, deps);
  const own = { response_mode: 'direct_post.jwt', response_uri: responseUri };
  return signRequest({ ...config, request: config.request }, secrets, own, deps);
}

/** Keeps a response until the page takes it. @returns false if the link has one already, or was not made */
export async function keepResponse(
  { stepUpId, place }: { readonly stepUpId: string; readonly place: string },
  response: string,
  deps: Ports<'state' | 'clock'>,
): Promise<boolean> {
  const keep = (found: Link | null): Link | null =>
    found !== null && found.response === null && isStored(new Credential(place), found.placeDigest)
      ? { ...found, response }
      : found;
  const { former, changed } = await changeStored<Link, Link | null>(toStored(stepUpId, deps), keep, deps);
  return changed !== former;
}
