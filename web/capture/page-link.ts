/** What follows the `#` of a page link: the one-time ticket and, where the app names one, where to return to. */
export interface PageLink {
  readonly ticket: string;
  readonly returnUrl: string | null;
}

/**
 * Reads the fragment of a page link. Neither part is checked: the server does that.
 * @param fragment - with or without its `#`
 * @returns `null` where there is no ticket
 */
export function parsePageLink(fragment: string): PageLink | null {
  const [ticket = '', ...rest] = fragment.replace(/^#/, '').split('&');
  if (ticket === '') return null;
  return { ticket, returnUrl: new URLSearchParams(rest.join('&')).get('return') };
}

/**
 * Reads a whole page link, as a QR code holds it.
 * @param page - the address of the capture page; a link to anywhere else is not one
 */
export function parseScannedLink(text: string, page: string): PageLink | null {
  const [address = '', fragment] = text.split('#', 2);
  // Behind the `?` stands how the page is shown.
  return address.split('?', 1)[0] === page && fragment !== undefined ? parsePageLink(fragment) : null;
}

/**
 * Where a person goes after a check.
 * @param receipt - handed to the app in the fragment, which no server on the way sees; `null`: none
 */
export function toReturnLink(returnUrl: string, receipt: string | null): string {
  if (receipt === null) return returnUrl;
  return `${returnUrl}${returnUrl.includes('#') ? '&' : '#'}face_receipt=${receipt}`;
}

/** What follows the `#` of a kiosk's address. */
export interface KioskLink {
  readonly kiosk: string;
  readonly secret: string;
}

/** @returns `null` where the fragment is not `<kiosk>.<secret>` */
export function parseKioskLink(fragment: string): KioskLink | null {
  const parts = /^#?([^.&#]+)\.([^&#]+)$/.exec(fragment);
  const [, kiosk, secret] = parts ?? [];
  return kiosk === undefined || secret === undefined ? null : { kiosk, secret };
}
