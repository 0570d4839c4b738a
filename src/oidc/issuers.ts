import type { RegisteredClaims } from '../config/claims.js';
import { relyingPartiesOf } from '../config/oidc.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import { createDirectories } from '../core/limits/directories.js';
import { createConsumeLimits, usesOfStart } from '../core/limits/limits.js';
import { FaceError } from '../errors.js';
import type { ConnectionWithClients, IssuerPorts, OidcExtension, OidcIssuer } from './feature.js';
import { createInteraction } from './interaction.js';
import { createIssuer } from './issuer.js';
import { oidcErrors } from './library.js';
import type { OidcIssuers } from './mount.js';
import type { Source, Sources } from './sources.js';

export async function createIssuers(
  connections: readonly ConnectionWithClients[],
  extensions: readonly OidcExtension[],
  given: CoreDeps & IssuerPorts<'oidcKeys'>,
): Promise<OidcIssuers> {
  const consumeLimits = createConsumeLimits(given);
  const sources: Sources = new Map(
    connections.map(({ connection }) => [connection.id, createSource(connection, { ...given, consumeLimits })]),
  );
  const deps = { ...given, consumeLimits, sources };
  const issuers = connections.map((each) => {
    const { connection, oidc } = each;
    const directoryFor = sources.get(connection.id)?.directoryFor ?? createDirectories(connection, deps);
    checkSources(connection, relyingPartiesOf(oidc), sources);
    const others = extensions.flatMap((extension) => extension.requestersOf?.(oidc) ?? []);
    checkSources(connection, others, null);
    const issuer = createIssuer(each, { extensions, directoryFor }, deps);
    const missing = oidc.clients.find(({ id }) => !issuer.clients.has(id));
    if (missing !== undefined) {
      const reason = `this server has no clients of kind ${missing.kind}`;
      throw new FaceError('config_invalid', { connection: connection.id, client: missing.id, reason });
    }
    return { ...issuer, interact: createInteraction(issuer, { ...deps, accountLinkDays: oidc.accountLinkDays }) };
  });
  for (const issuer of issuers) await checkClients(issuer);
  return new Map(issuers.map((issuer) => [issuer.connection.id, issuer]));
}

/** Makes the library validate every client now, instead of on first use. */
async function checkClients({ connection, clients, running }: OidcIssuer): Promise<void> {
  const { provider } = await running();
  for (const client of clients.keys()) {
    await provider.Client.find(client).catch((cause: unknown) => {
      const reason = cause instanceof oidcErrors.OIDCProviderError ? (cause.error_description ?? '') : '';
      throw new FaceError('config_invalid', { connection: connection.id, client, reason }, { cause });
    });
  }
}

function createSource(connection: Connection, deps: IssuerPorts<'clock' | 'issuer' | 'consumeLimits'>): Source {
  return {
    issuer: `${deps.issuer}/oidc/${connection.id}`,
    connection,
    directoryFor: createDirectories(connection, deps),
    countStart: (from) => deps.consumeLimits(...usesOfStart(from, connection.id)),
  };
}

function checkSources(
  own: Connection,
  clients: readonly { readonly id: string; readonly claims: RegisteredClaims }[],
  sources: Sources | null,
): void {
  for (const { id: client, claims } of clients)
    for (const [claim, { from = own.id }] of Object.entries(claims)) {
      const refuse = (reason: string): never => {
        throw new FaceError('config_invalid', { connection: own.id, client, claim, reason });
      };
      if (sources === null && from !== own.id) refuse('only relying parties ask for what other connections know');
      const source = sources?.get(from) ?? (from === own.id ? { connection: own } : undefined);
      if (source === undefined) refuse(`there is no connection ${from} that it could come from`);
      else if (claims[claim]?.from === own.id) refuse('from names its own connection: leave it out');
      else if (!source.connection.profile.claimNames.has(claim))
        refuse('no attribute is configured for it: set one in claims of the connection');
    }
}
