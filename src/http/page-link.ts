import type { Credential } from '../core/concealed.js';
import type { StartedStepUp } from '../core/step-up/step-up.js';
import { joinTicket } from '../core/step-up/ticket.js';

/** Where the page lives. */
export const pagePath = '/face';

/**
 * The address that opens the capture page for one step-up. The ticket stands in the fragment, which browsers send to
 * nobody, so that it is in no log.
 */
export const pageLink = (issuer: string, ticket: Credential): string =>
  ticket.use((text) => `${issuer}${pagePath}#${text}`);

/** As `pageLink`, of a step-up that has just been started. */
export const startedLink = (issuer: string, { id, challenge }: StartedStepUp): string =>
  pageLink(issuer, joinTicket(id, challenge));
