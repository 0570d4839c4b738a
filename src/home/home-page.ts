import type { ConnectionAdditions, ConsentClient } from '../config/additions.js';
import type { ConnectionConfig } from '../config/connection.js';
import type { HomePageConfig } from '../config/home-page.js';
import { type OidcConfig, relyingPartiesOf } from '../config/oidc.js';
import type { Texts } from '../core/home-protocol.js';

export const toTexts = (text: Readonly<Record<string, string | undefined>>): Texts =>
  Object.fromEntries(
    Object.entries(text).flatMap(([language, words]) => (words === undefined ? [] : [[language, words]])),
  );

export interface HomePage {
  /** Ways to sign in to the page. `null` if the page can be opened only with a link. */
  readonly door: Pick<HomePageConfig, 'faceCheck' | 'signIn'> | null;
  readonly services: HomePageConfig['services'];
  /**
   * Applications that may request data, by client id, and what extensions add, by the name under which a consent to it is
   * stored.
   */
  readonly clients: ReadonlyMap<string, ConsentClient>;
}

export interface HomePages {
  readonly homePages: ReadonlyMap<string, HomePage>;
}

export const homePagesOf = (
  connections: readonly Pick<ConnectionConfig, 'id' | 'me' | 'oidc'>[],
  added: ConnectionAdditions,
): ReadonlyMap<string, HomePage> =>
  new Map(
    connections.map(({ id, me, oidc }) => [
      id,
      {
        door: me,
        services: me?.services ?? [],
        clients: new Map(oidc === null ? [] : consentClientsOf(oidc, added)),
      },
    ]),
  );

const consentClientsOf = (
  oidc: OidcConfig,
  added: ConnectionAdditions,
): readonly (readonly [name: string, client: ConsentClient])[] => [
  ...relyingPartiesOf(oidc).map((client) => [client.id, client] as const),
  ...added.flatMap((each) => each.consentClientsOf?.(oidc) ?? []),
];
