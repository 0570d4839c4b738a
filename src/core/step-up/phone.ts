/*
 * The page loads this file too, so that it goes to the hand-off where the server would refuse.
 */

/**
 * Whether a browser says that it is a phone's or a tablet's. It is its word alone: whoever writes their own can say what they
 * like, and a tablet that asks for pages made for computers says that it is one.
 * @param userAgent - as the header, or the page, has it; `null` where nothing is said
 */
export const isPhone = (userAgent: string | null): boolean =>
  /\b(?:Android|iPhone|iPad|iPod|Mobile)\b/.test((userAgent ?? '').slice(0, 512));
