import type { OidcClient } from '../connections/openid-client.js';
import type { JsonObject } from '../core/base/json.js';
import type { Connection } from '../core/connection.js';
import { type DataConsent, findDataConsent } from '../core/consented-data/consents.js';
import type { Ports } from '../core/deps.js';
import { readLinks } from '../core/links/links.js';
import { FaceError } from '../errors.js';
import type { OidcKeys } from '../storage/keys/oidc-key-set.js';
import { tellSources } from './aggregated-claims.js';
import type { OidcFeature } from './feature.js';
import { readClaims, readShare, type Share } from './flow.js';
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

/** Creates the account look-up for tokens. Tokens become invalid when the consent ends. */
export function createFindAccount(
  clientOf: (id: string) => OidcClient | undefined,
  features: readonly OidcFeature[],
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

  return async (subject, grantId, client) => {
    const claims = await readClaims(grantId, deps);
    if (claims === null || claims.sub !== subject) return undefined;
    const share = await readShare(grantId, deps);
    const held = share === null ? null : await findHeld(share, subject);
    if (share !== null && held === null) return undefined;
    return {
      accountId: subject,
      async claims(use) {
        const names = (use === 'id_token' ? share?.idToken : share?.userInfo) ?? [];
        const told = held === null ? {} : await tell(subject, held, names).catch(toUnavailable);
        const added = await Promise.all(features.map((each) => each.tell?.({ grantId, subject, client, use })));
        return { ...told, ...claims, ...Object.assign({}, ...added), sub: subject };
      },
    };
  };
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
