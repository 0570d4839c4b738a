import type { CredentialConfigs } from '../../config/credentials.js';
import { readTokenIfAny } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { identifyWhereSound } from '../../enrolment/deny-list.js';
import { FaceError } from '../../errors.js';
import { sendPage } from '../../http/page-layout.js';
import type { OidcIssuer } from '../../oidc/feature.js';
import type { Share, Visit } from '../../oidc/flow.js';
import { languageOf } from '../../oidc/language.js';
import { oidcErrors } from '../../oidc/library.js';

import type { CheckedFace } from './issue.js';
import { makeOffer } from './offer.js';
import { renderOfferPage } from './pages.js';

/**
 * Creates the step that ends a sign-in with a credential offer. The offer is shown once, in the browser that signed in.
 */
export function createOfferStep(
  {
    issuer,
    connection,
    credentials,
  }: Pick<OidcIssuer, 'issuer' | 'connection'> & { readonly credentials: CredentialConfigs },
  deps: Ports<'state' | 'clock' | 'random' | 'verifier'>,
) {
  return async (
    { request, response, provider, interaction, asked }: Visit,
    offered: {
      readonly type: string;
      readonly subject: string;
      readonly share: Share | null;
      readonly check: Pick<CheckedFace, 'at' | 'presence'>;
      take(): Promise<void>;
    },
  ): Promise<void> => {
    const { type, subject, share, check } = offered;
    const config = credentials[type];
    if (config === undefined) throw new FaceError('internal', 'a credential that is not configured');
    // The request lacks the claims that the start page requests, so it comes from elsewhere.
    if (share === null) throw new oidcErrors.AccessDenied('the user did not consent');
    const token = identifyWhereSound(await readTokenIfAny(connection, subject), deps);
    if (token === null) throw new oidcErrors.AccessDenied('the enrolment has ended');
    const { at, presence } = check;
    const about = { type, subject, share, check: { at, presence, tokenId: token.tokenId } };
    const offer = await makeOffer({ provider, issuer, connection }, about, deps);
    await offered.take();
    await interaction.destroy();
    const language = languageOf(asked.params.ui_locales, request.acceptsLanguages());
    sendPage(response, renderOfferPage(language, { name: config.name, ...offer }));
  };
}
