import type { Credential } from '../core/concealed.js';
import type { StartedStepUp } from '../core/step-up/step-up.js';
import { joinTicket } from '../core/step-up/ticket.js';

export const pagePath = '/face';

/** Returns the URL of a kiosk's start page; its secret follows in the fragment. */
export const kioskLink = (issuer: string): string => `${issuer}${pagePath}/kiosk`;

const linkTo = (issuer: string, ticket: Credential, query: string): string =>
  ticket.use((text) => `${issuer}${pagePath}${query}#${text}`);

/**
 * Returns the URL of the capture page for a step-up. The ticket is in the fragment, which browsers do not send, so it
 * appears in no log.
 * @param language - of the person, if known; `null`: the browser's
 */
export const pageLink = (issuer: string, ticket: Credential, language: string | null = null): string =>
  linkTo(issuer, ticket, language === null ? '' : `?lang=${language}`);

/** Returns the link of a new step-up. */
export const startedLink = (issuer: string, { id, challenge }: StartedStepUp, language: string | null = null): string =>
  pageLink(issuer, joinTicket(id, challenge), language);

/**
 * Returns the link for an e-mail or message: the page waits for a click, because mail filters and link previews run it,
 * and the link opens once.
 */
export const sentLink = (issuer: string, { id, challenge }: StartedStepUp, language: string): string =>
  linkTo(issuer, joinTicket(id, challenge), `?lang=${language}&sent`);
