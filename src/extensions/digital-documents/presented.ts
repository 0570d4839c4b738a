import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Connection } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { Hint } from '../../core/hints.js';
import { maxDocumentCharacters } from '../../core/page-protocol.js';
import type { PresentedDocument, PresentedDocuments } from '../../core/ports.js';
import { digestOf, hasDigest, type OwnPhoto } from '../../core/secrets.js';
import { addSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import type { DocumentsConfig } from './config.js';
import { namesPerson } from './names.js';
import { type DocumentContent, openResponse, type ResponseWay, readDocument } from './read.js';
import { clientIdOf, createRequest, deriveSecrets, type RequestSecrets, signRequest } from './request.js';

/** Seconds in which an app can open a link and respond. */
const linkLifeSec = 15 * 60;

/** Response until the page has taken it, still encrypted. `null` makes room for another. */
const sentGuard = z.string().max(maxDocumentCharacters).nullable();
type SentResponse = z.output<typeof sentGuard>;

type DocumentPorts = Ports<'state' | 'clock' | 'log' | 'keys' | 'issuer' | 'publicFetch'>;

const toStored = (stepUpId: string, { clock }: Ports<'clock'>) => ({
  key: `document:${stepUpId}`,
  guard: sentGuard,
  expiresAt: () => addSec(clock.now(), linkLifeSec),
});

/** Address of a request, and of the response to it. */
const addressOf = (
  { connection, stepUpId }: { readonly connection: string; readonly stepUpId: string },
  { place }: Pick<RequestSecrets, 'place'>,
  { issuer }: Ports<'issuer'>,
): string => `${issuer}/documents/${connection}/${stepUpId}/${place}`;

/** Claims that a document is compared with. */
const comparedClaims = ({ birthdate }: DocumentsConfig): readonly string[] => [
  'given_name',
  'family_name',
  ...(birthdate ? ['birthdate'] : []),
];

/** Creates the reader of documents that people of a connection present. @throws `config_invalid` without these claims */
export function createPresentedDocuments(
  config: DocumentsConfig,
  { id: connection, profile }: Pick<Connection, 'id' | 'profile'>,
  deps: DocumentPorts,
): PresentedDocuments {
  const claim = comparedClaims(config).find((name) => !profile.claimNames.has(name));
  if (claim !== undefined)
    throw new FaceError('config_invalid', { connection, claim, reason: 'set an attribute for it in "claims"' });
  const waysOf = (stepUpId: string, secrets: RequestSecrets): readonly ResponseWay[] => {
    const browser = { kind: 'browser', origin: new URL(deps.issuer).origin } as const;
    if (config.request === null) return [browser];
    const responseUri = addressOf({ connection, stepUpId }, secrets, deps);
    return [browser, { kind: 'link', clientId: clientIdOf(config.request), responseUri }];
  };

  async function isPerson(
    subject: string,
    { given, family, birthdate }: Pick<DocumentContent, 'given' | 'family' | 'birthdate'>,
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
      const address = addressOf({ connection, stepUpId }, secrets, deps);
      return createRequest(config, { secrets, address }, deps);
    },
    findResponse: async (stepUpId) => (await readStored(toStored(stepUpId, deps), deps))?.record ?? null,
    async forgetResponse(stepUpId) {
      await deps.state.delete(toStored(stepUpId, deps).key);
    },
    async read(response, { stepUpId, subject }, own: OwnPhoto): Promise<PresentedDocument | Hint> {
      const secrets = await deriveSecrets(stepUpId, deps);
      const opened = await openResponse(response, secrets);
      if (opened === null) return 'document_invalid';
      const read = await readDocument(opened, { config, secrets, ways: waysOf(stepUpId, secrets) }, own, deps);
      if (typeof read === 'string') return read;
      const { issuer, kind, portrait } = read;
      const isOwn = subject === null || (await isPerson(subject, read));
      return isOwn ? { issuer, kind, portrait } : 'document_of_another';
    },
  };
}

interface Link {
  readonly connection: string;
  readonly stepUpId: string;
  readonly place: string;
}

/** Returns the secrets of a link. @returns `null` if it was not made */
async function openLink({ stepUpId, place }: Link, deps: Ports<'keys'>): Promise<RequestSecrets | null> {
  const secrets = await deriveSecrets(stepUpId, deps);
  return hasDigest(place, digestOf(secrets.place)) ? secrets : null;
}

/** Returns the request that a link leads to. @throws `not_found` */
export async function readLinkedRequest(
  config: DocumentsConfig,
  link: Link,
  deps: Ports<'clock' | 'keys' | 'issuer'>,
): Promise<string> {
  const secrets = await openLink(link, deps);
  if (config.request === null || secrets === null) throw new FaceError('not_found');
  const own = { response_mode: 'direct_post.jwt', response_uri: addressOf(link, secrets, deps) };
  return signRequest({ ...config, request: config.request }, secrets, own, deps);
}

/**
 * Keeps a response until the page takes it.
 * @param read - reads the body, which a stranger does not get
 * @throws `not_found` for a link that was not made, or has a response; `request_malformed` for what is none
 */
export async function keepResponse(
  link: Link,
  read: () => Promise<string>,
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<void> {
  const secrets = await openLink(link, deps);
  if (secrets === null) throw new FaceError('not_found');
  const response = await read();
  if ((await openResponse(response, secrets)) === null)
    throw new FaceError('request_malformed', { field: 'response', reason: 'not encrypted to this request' });
  const keep = (found: SentResponse): SentResponse => found ?? response;
  const { former } = await changeStored<SentResponse, SentResponse>(toStored(link.stepUpId, deps), keep, deps);
  if (former !== null) throw new FaceError('not_found');
}
