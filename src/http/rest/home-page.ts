import type { ConnectionConfig } from '../../config/connection.js';
import type { HomePageConfig } from '../../config/home-page.js';
import { consentNameOf, type OidcConfig, type RelyingPartyConfig, relyingPartiesOf } from '../../config/oidc.js';
import type { Texts } from '../../step-up/home-protocol.js';

export const toTexts = (text: Readonly<Record<string, string | undefined>>): Texts =>
  Object.fromEntries(
    Object.entries(text).flatMap(([language, words]) => (words === undefined ? [] : [[language, words]])),
  );

export interface HomePage {
  /** Ways to sign in to the page. `null` if the page can be opened only with a link. */
  readonly door: Pick<HomePageConfig, 'faceCheck' | 'signIn'> | null;
  readonly services: HomePageConfig['services'];
  /**
   * Applications that may request data, by client id, and credentials, by the name under which a consent to them is
   * stored.
   */
  readonly clients: ReadonlyMap<string, Pick<RelyingPartyConfig, 'name' | 'claims'>>;
}

export const homePagesOf = (
  connections: readonly Pick<ConnectionConfig, 'id' | 'me' | 'oidc'>[],
): ReadonlyMap<string, HomePage> =>
  new Map(
    connections.map(({ id, me, oidc }) => [
      id,
      {
        door: me,
        services: me?.services ?? [],
        clients: new Map(oidc === null ? [] : consentClientsOf(oidc)),
      },
    ]),
  );

type ConsentClient = readonly [id: string, Pick<RelyingPartyConfig, 'name' | 'claims'>];

const consentClientsOf = (oidc: OidcConfig): readonly ConsentClient[] => [
  ...relyingPartiesOf(oidc).map((client) => [client.id, client] as const),
  ...Object.entries(oidc.credentials).map(([id, credential]) => [consentNameOf(id), credential] as const),
];
