import { contentSecurityPolicy, styleDigest } from './content-security-policy.js';

export { escapeHtml } from '../base/html.js';

/**
 * The `Content-Security-Policy` of a page with one style element and no script: nothing from elsewhere, in no frame; a form
 * may be sent to us alone.
 * @param style - the text of the style element, to the letter
 * @param formsTo - where else a form may lead, by redirects
 */
export const policyOfPage = (style: string, formsTo = "'self'"): string =>
  contentSecurityPolicy({ 'style-src': styleDigest(style), 'form-action': formsTo });
