import type { Credential } from '../core/concealed.js';
import type { StartedStepUp } from '../core/step-up/step-up.js';
import { joinTicket } from '../core/step-up/ticket.js';

/** Where the page lives. */
export const pagePath = '/face';

/** Where a kiosk waits for the next person. Its own address has its secret behind this one, in the fragment. */
export const kioskLink = (issuer: string): string => `${issuer}${pagePath}/kiosk`;

const linkTo = (issuer: string, ticket: Credential, query: string): string =>
  ticket.use((text) => `${issuer}${pagePath}${query}#${text}`);

/**
 * The address that opens the capture page for one step-up. The ticket stands in the fragment, which browsers send to
 * nobody, so that it is in no log.
 * @param language - one of the page's own, for whoever is known to wish it; `null`: the browser's
 */
export const pageLink = (issuer: string, ticket: Credential, language: string | null = null): string =>
  linkTo(issuer, ticket, language === null ? '' : `?lang=${language}`);

/** As `pageLink`, of a step-up that has just been started. */
export const startedLink = (issuer: string, { id, challenge }: StartedStepUp, language: string | null = null): string =>
  pageLink(issuer, joinTicket(id, challenge), language);

/**
 * The same for a letter or a message. Mail filters and previews of links run the page before anybody reads it, and the link
 * opens once: with this one the page waits for a press.
 */
export const sentLink = (issuer: string, { id, challenge }: StartedStepUp, language: string): string =>
  linkTo(issuer, joinTicket(id, challenge), `?lang=${language}&sent`);
