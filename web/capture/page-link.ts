/** Single-use ticket and optional return address. */
export interface PageLink {
  readonly ticket: string;
  readonly returnUrl: string | null;
}

/** Parses a page link's fragment, unverified. @param fragment - with or without `#` @returns `null` without a ticket */
export function parsePageLink(fragment: string): PageLink | null {
  const [ticket = '', ...rest] = fragment.replace(/^#/, '').split('&');
  if (ticket === '') return null;
  return { ticket, returnUrl: new URLSearchParams(rest.join('&')).get('return') };
}

/** Parses a scanned page link. */
export function parseScannedLink(text: string, page: string): PageLink | null {
  const [address = '', fragment] = text.split('#', 2);
  // Query parameters only affect the display.
  return address.split('?', 1)[0] === page && fragment !== undefined ? parsePageLink(fragment) : null;
}

/** Returns the address after a check. @param receipt - in the fragment, which is not sent to servers; `null`: none */
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
