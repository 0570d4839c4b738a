import type { JsonObject } from '../../core/base/json.js';
import type { Connection } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { drawCode } from '../../notifications/one-time-codes.js';
import { type SharedClaims, writeClaims, writeSharedClaims } from '../../oidc/flow.js';
import type { Provider } from '../../oidc/library.js';
import { walletClientId } from './config.js';
import type { CheckedFace } from './issue.js';
import { preAuthorized } from './library-settings.js';

/** Lifetime of the offer, in seconds. The rest of the grant's lifetime is for fetching the credential. */
export const offerSec = 600;

const grantSec = 900;

export interface CredentialOffer {
  readonly link: string;
  /** Transaction code that the person enters in the wallet. One wrong attempt ends the offer. */
  readonly code: string;
}

/** Creates an offer for a person who was just checked (OpenID4VCI 1.0, section 4.1). */
export async function makeOffer(
  {
    provider,
    issuer,
    connection,
  }: { readonly provider: Provider; readonly issuer: string; readonly connection: Connection },
  {
    type,
    subject,
    sharedClaims,
    check,
  }: {
    readonly type: string;
    readonly subject: string;
    readonly sharedClaims: SharedClaims;
    readonly check: CheckedFace;
  },
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<CredentialOffer> {
  const grant = new provider.Grant({ accountId: subject, clientId: walletClientId });
  grant.addResourceScope(issuer, type);
  const grantId = await grant.save();
  const flowDeps = { ...deps, connection };
  await writeClaims(grantId, { sub: subject, evidence: { ...check } }, grantSec, flowDeps);
  await writeSharedClaims(grantId, sharedClaims, grantSec, flowDeps);
  const code = drawCode(deps.random);
  const preAuthorizedCode = await new provider.PreAuthorizedCode({
    accountId: subject,
    clientId: walletClientId,
    grantId,
    scope: type,
    resource: issuer,
    txCode: code,
  }).save();
  const offer: JsonObject = {
    credential_issuer: issuer,
    credential_configuration_ids: [type],
    grants: {
      [preAuthorized]: {
        'pre-authorized_code': preAuthorizedCode,
        tx_code: { input_mode: 'numeric', length: code.length },
      },
    },
  };
  const query = new URLSearchParams({ credential_offer: JSON.stringify(offer) });
  return { link: `openid-credential-offer://?${query}`, code };
}
