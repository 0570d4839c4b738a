export interface PageLink {
  readonly ticket: string;
  readonly returnUrl: string | null;
}

/**
 * Parses a page link's fragment, without verifying it.
 * @param fragment - with or without `#`
 * @returns `null` if it has no ticket
 */
export function parsePageLink(fragment: string): PageLink | null {
  const [ticket = '', ...rest] = fragment.replace(/^#/, '').split('&');
  if (ticket === '') return null;
  return { ticket, returnUrl: new URLSearchParams(rest.join('&')).get('return') };
}

export function parseScannedLink(text: string, page: string): PageLink | null {
  const [address = '', fragment] = text.split('#', 2);
  // Ignore query parameters, which only affect the display.
  return address.split('?', 1)[0] === page && fragment !== undefined ? parsePageLink(fragment) : null;
}

/**
 * Returns the address to open after a check.
 * @param receipt - receipt for the fragment, which is not sent to servers, or `null`
 */
export function toReturnLink(returnUrl: string, receipt: string | null): string {
  if (receipt === null) return returnUrl;
  return `${returnUrl}${returnUrl.includes('#') ? '&' : '#'}face_receipt=${receipt}`;
}

export interface KioskLink {
  readonly kiosk: string;
  readonly secret: string;
}

/** @returns `null` unless the fragment is `<kiosk>.<secret>` */
export function parseKioskLink(fragment: string): KioskLink | null {
  const parts = /^#?([^.&#]+)\.([^&#]+)$/.exec(fragment);
  const [, kiosk, secret] = parts ?? [];
  return kiosk === undefined || secret === undefined ? null : { kiosk, secret };
}
