/* The page bundles this file too. */

/**
 * Returns true if the browser claims to be a phone or tablet. The claim can be forged, and a tablet in desktop mode
 * claims to be a computer.
 * @param userAgent - `null` if missing
 */
export const isPhone = (userAgent: string | null): boolean =>
  /\b(?:Android|iPhone|iPad|iPod|Mobile)\b/.test((userAgent ?? '').slice(0, 512));
