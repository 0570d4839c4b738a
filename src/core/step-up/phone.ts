/* The page loads this file too, to offer the hand-off where the server would refuse. */

/**
 * Returns true if the browser claims to be a phone or tablet. Forgeable, and a tablet in desktop mode claims to be a
 * computer.
 * @param userAgent - from the header or the page; `null` if missing
 */
export const isPhone = (userAgent: string | null): boolean =>
  /\b(?:Android|iPhone|iPad|iPod|Mobile)\b/.test((userAgent ?? '').slice(0, 512));
