import type { StartedStepUp } from './connection.js';
import type { Credential } from './secrets.js';
import { joinTicket } from './tickets.js';

export const pagePath = '/face';

/** Returns the URL of a kiosk's start page. Its secret is added in the fragment. */
export const kioskLink = (issuer: string): string => `${issuer}${pagePath}/kiosk`;

const linkTo = (issuer: string, ticket: Credential, query: string): string =>
  ticket.use((text) => `${issuer}${pagePath}${query}#${text}`);

/** Returns the URL of a step-up. The ticket is in the fragment, which browsers send to no server. */
export const pageLink = (issuer: string, ticket: Credential, language: string | null = null): string =>
  linkTo(issuer, ticket, language === null ? '' : `?lang=${language}`);

export const startedLink = (issuer: string, { id, challenge }: StartedStepUp, language: string | null = null): string =>
  pageLink(issuer, joinTicket(id, challenge), language);

/**
 * Returns a link that a user or program passes on. The page behind the link waits for a click, because mail filters
 * open links and the link works only once.
 */
export const sentLink = (issuer: string, { id, challenge }: StartedStepUp, language: string | null = null): string =>
  linkTo(issuer, joinTicket(id, challenge), language === null ? '?sent' : `?lang=${language}&sent`);

/** Returns the URL of a step-up for an API caller. It waits for a click, unless the caller asks for an immediate one. */
export const requestedLink = (issuer: string, started: StartedStepUp, isImmediate: boolean): string =>
  isImmediate ? startedLink(issuer, started) : sentLink(issuer, started);

export const brandFiles = ['brand.css', 'logo.png', 'logoDark.png', 'icon.png'] as const;
export type BrandFile = (typeof brandFiles)[number];

export const brandFilePath = (digest: string, file: BrandFile): string => `${pagePath}/brand/${digest}/${file}`;

export const previewPath = (digest: string): string => `${pagePath}/preview/${digest}`;
