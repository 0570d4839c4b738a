import type { OidcClient } from '../connections/openid-client.js';
import type { JsonObject } from '../core/base/json.js';
import type { Connection } from '../core/connection.js';
import { type DataConsent, findDataConsent } from '../core/consented-data/consents.js';
import type { Ports } from '../core/deps.js';
import { readLinks } from '../core/links/links.js';
import type { Clock } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { toEpochSec } from '../core/units.js';
import { FaceError, type Json, nullIfUnknown } from '../errors.js';
import { kidUnder, type OidcKeys } from '../storage/keys/oidc-keys.js';
import type { ProviderHooks } from './configuration.js';
import type { OidcFeature } from './feature.js';
import { readClaims, readSharedClaims, type SharedClaims } from './flow.js';
import { namesBySource, readSources, type SourceAnswer, type Sources } from './sources.js';
import { toUnavailable } from './unavailable.js';

/** Lifetime of the signed claims, in seconds. The recipient verifies them on arrival. */
const lifeSec = 300;

/**
 * Returns the claims of other connections: their values, signed aggregated claims (OpenID Connect Core, section 5.6.2),
 * and the state of each source in `_claim_status`. Empty if no source was queried.
 */
async function toAggregatedClaims(
  answers: readonly SourceAnswer[],
  client: string,
  deps: { readonly oidcKeys: OidcKeys; readonly clock: Clock },
): Promise<JsonObject> {
  if (answers.length === 0) return {};
  const told = await Promise.all(answers.map((answer) => toAggregatedSource(answer, client, deps)));
  const sources = told.filter(({ jwt }) => jwt !== null);
  return {
    ...Object.assign({}, ...told.map(({ values }) => values)),
    ...(sources.length === 0
      ? {}
      : {
          _claim_names: Object.fromEntries(
            sources.flatMap(({ id, values }) => Object.keys(values).map((name) => [name, id])),
          ),
          _claim_sources: Object.fromEntries(sources.map(({ id, jwt }) => [id, { JWT: jwt }])),
        }),
    _claim_status: Object.fromEntries(answers.map(({ id, state }) => [id, state])),
  };
}

async function toAggregatedSource(
  answer: SourceAnswer,
  client: string,
  deps: { readonly oidcKeys: OidcKeys; readonly clock: Clock },
): Promise<{ readonly id: string; readonly values: JsonObject; readonly jwt: string | null }> {
  const { id, source } = answer;
  if (answer.state !== 'answered') return { id, values: {}, jwt: null };
  const values = answer.values.use((all) => all);
  if (Object.keys(values).length === 0) return { id, values, jwt: null };
  const now = toEpochSec(deps.clock.now());
  const jwt = await sign(
    {
      ...values,
      iss: source.issuer,
      // The subject differs for each client and account link, so that recipients cannot use it to correlate the person.
      sub: digestOf(`facestep claims of ${answer.link.id} at ${id} for ${client}`).toString('base64url'),
      aud: client,
      iat: now,
      exp: now + lifeSec,
    },
    deps.oidcKeys,
  );
  return { id, values, jwt };
}

const encode = (part: Json): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Signs with a `typ` of its own, so that the result cannot be used as an ID token (RFC 8725, section 3.11). */
async function sign(payload: JsonObject, oidcKeys: OidcKeys): Promise<string> {
  const [key] = (await oidcKeys.current()).signing;
  if (key === undefined) throw new FaceError('key_service_unavailable');
  const signed = `${encode({ alg: 'RS256', typ: 'facestep-claims+jwt', kid: kidUnder(key.kid, 'RS256') })}.${encode(payload)}`;
  const signature = await key.sign(Buffer.from(signed), 'RS256');
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}

interface FindDeps extends Ports<'state' | 'clock' | 'log'> {
  readonly connection: Connection;
  readonly sources: Sources;
  readonly oidcKeys: OidcKeys;
}

interface Held {
  readonly sharedClaims: SharedClaims;
  readonly consent: DataConsent;
  readonly client: OidcClient | undefined;
}

/** Creates the account look-up for tokens. Tokens become invalid when the consent ends. */
export function createFindAccount(
  clientOf: (id: string) => OidcClient | undefined,
  features: readonly OidcFeature[],
  deps: FindDeps,
): ProviderHooks['findAccount'] {
  const { connection } = deps;

  const findHeld = async (sharedClaims: SharedClaims, subject: string): Promise<Held | null> => {
    const client = clientOf(sharedClaims.client);
    const requester = { client: sharedClaims.client, registration: client?.consented?.registration ?? '' };
    const consent = await findDataConsent({ connection: connection.id, subject }, requester, deps);
    return consent?.id === sharedClaims.consent ? { sharedClaims, consent, client } : null;
  };

  const readAgreed = async (
    subject: string,
    names: ReadonlyMap<string, readonly string[]>,
    { links: former }: DataConsent,
  ): Promise<readonly SourceAnswer[]> => {
    if (names.size === 0) return [];
    const links = await readLinks({ connection: connection.id, subject }, deps);
    return readSources({ names, links: links.filter(({ id, other }) => former[other.connection] === id) }, deps);
  };

  const readGrantedClaims = async (
    subject: string,
    { sharedClaims, consent, client }: Held,
    names: readonly string[],
  ) => {
    const claims = names.map((name) => ({ name, from: client?.consented?.claims[name]?.from ?? null }));
    const own = claims.filter(({ from }) => from === null).map(({ name }) => name);
    const [told, answers] = await Promise.all([
      readShared(connection, subject, own),
      readAgreed(subject, namesBySource(claims), consent),
    ]);
    return { ...told, ...(await toAggregatedClaims(answers, sharedClaims.client, deps)) };
  };

  return async (subject, grantId, client) => {
    const claims = await readClaims(grantId, deps);
    if (claims === null || claims.sub !== subject) return undefined;
    const sharedClaims = await readSharedClaims(grantId, deps);
    const held = sharedClaims === null ? null : await findHeld(sharedClaims, subject);
    if (sharedClaims !== null && held === null) return undefined;
    return {
      accountId: subject,
      async claims(use) {
        const names = (use === 'id_token' ? sharedClaims?.idToken : sharedClaims?.userInfo) ?? [];
        const shared = held === null ? {} : await readGrantedClaims(subject, held, names).catch(toUnavailable);
        const readConsented = async (asked: readonly string[]): Promise<JsonObject> => {
          const isOwn = (name: string): boolean => held?.client?.consented?.claims[name]?.from === undefined;
          const agreed = asked.filter((name) => held?.consent.claims.includes(name) && isOwn(name));
          return readShared(connection, subject, agreed).catch(toUnavailable);
        };
        const told = { grantId, subject, client, use, readConsented };
        const added = await Promise.all(features.map((each) => each.extraClaims?.(told)));
        return { ...shared, ...claims, ...Object.assign({}, ...added), sub: subject };
      },
    };
  };
}

async function readShared({ profile }: Connection, subject: string, names: readonly string[]): Promise<JsonObject> {
  if (names.length === 0) return {};
  const found = await profile.readClaims(subject, names).catch(nullIfUnknown);
  // A deleted user has no claims.
  return found?.use((values) => values) ?? {};
}
