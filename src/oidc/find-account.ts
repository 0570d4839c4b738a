import type { JsonObject } from '../base/json.js';
import type { OidcClient } from '../connections/openid-client.js';
import type { Connection } from '../core/connection.js';
import { type DataConsent, findDataConsent } from '../core/consented-data/consents.js';
import type { Ports } from '../core/deps.js';
import { readLinks } from '../core/links/links.js';
import { readOrganisations } from '../core/organisations/organisations.js';
import { FaceError } from '../errors.js';
import type { OidcKeys } from '../keys/oidc-key-set.js';
import { tellSources } from './aggregated-claims.js';
import { readActing, readClaims, readShare, type Share } from './flow.js';
import { oidcErrors } from './library.js';
import type { ProviderHooks } from './provider.js';
import { namesBySource, readSources, type SourceAnswer, type Sources } from './sources.js';
import { toUnavailable } from './unavailable.js';

interface FindDeps extends Ports<'state' | 'clock' | 'log'> {
  readonly connection: Connection;
  readonly sources: Sources;
  readonly oidcKeys: OidcKeys;
}

interface Held {
  readonly share: Share;
  readonly consent: DataConsent;
  readonly client: OidcClient | undefined;
}

/**
 * Creates the account look-up for tokens. Tokens become invalid when the consent ends, or when the person no longer
 * acts for the organization.
 */
export function createFindAccount(
  clientOf: (id: string) => OidcClient | undefined,
  deps: FindDeps,
): ProviderHooks['findAccount'] {
  const { connection } = deps;

  const findHeld = async (share: Share, subject: string): Promise<Held | null> => {
    const client = clientOf(share.client);
    const asker = { client: share.client, registration: client?.consented?.registration ?? '' };
    const consent = await findDataConsent({ connection: connection.id, subject }, asker, deps);
    return consent?.id === share.consent ? { share, consent, client } : null;
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

  const tell = async (subject: string, { share, consent, client }: Held, names: readonly string[]) => {
    const claims = names.map((name) => ({ name, from: client?.consented?.claims[name]?.from ?? null }));
    const own = claims.filter(({ from }) => from === null).map(({ name }) => name);
    const [told, answers] = await Promise.all([
      readShared(connection, subject, own),
      readAgreed(subject, namesBySource(claims), consent),
    ]);
    return { ...told, ...(await tellSources(answers, share.client, deps)) };
  };

  const toOrganisation = async (
    id: string,
    subject: string,
    client: string | undefined,
  ): Promise<JsonObject | null> => {
    const { organisations: rules } = clientOf(client ?? '') ?? {};
    if (rules === undefined) return null;
    const own = await readOrganisations(subject, rules, connection.profile).catch(toNothingOfNobody);
    const found = own.find((each) => each.id === id);
    if (found === undefined) return null;
    return { sub: id, name: found.name, roles: [...found.roles], act: { sub: subject } };
  };

  return async (subject, grantId, client) => {
    const claims = await readClaims(grantId, deps);
    if (claims === null || claims.sub !== subject) return undefined;
    const share = await readShare(grantId, deps);
    const held = share === null ? null : await findHeld(share, subject);
    if (share !== null && held === null) return undefined;
    const acting = await readActing(grantId, deps);
    return {
      accountId: subject,
      async claims(use) {
        const names = (use === 'id_token' ? share?.idToken : share?.userInfo) ?? [];
        const told = held === null ? {} : await tell(subject, held, names).catch(toUnavailable);
        if (acting === null) return { ...told, ...claims, sub: subject };
        const organisation = await toOrganisation(acting, subject, client).catch(toUnavailable);
        if (organisation === null) {
          const reason = 'the person acts for the organisation no more';
          throw use === 'id_token' ? new oidcErrors.InvalidGrant(reason) : new oidcErrors.InvalidToken(reason);
        }
        return { ...told, ...claims, organisation, sub: subject };
      },
    };
  };
}

function toNothingOfNobody(error: unknown): readonly [] {
  if (error instanceof FaceError && error.code === 'subject_unknown') return [];
  throw error;
}

async function readShared({ profile }: Connection, subject: string, names: readonly string[]): Promise<JsonObject> {
  if (names.length === 0) return {};
  try {
    return (await profile.readClaims(subject, names)).use((values) => values);
  } catch (error) {
    // A deleted user has no claims.
    if (error instanceof FaceError && error.code === 'subject_unknown') return {};
    throw error;
  }
}
