import { lightMemory } from '../browser-memory.js';
import { type Facts, isLitNext } from '../state.js';
import type { View } from '../view.js';
import { axisOfScreen } from './challenge.js';

export const lightAnswers = { accepted: 'accepted', skipped: 'skipped' } as const;

/** Share of the screen that the window must cover, because full screen needs a press of a button. */
const leastFilled = 0.6;
const isScreenFilled = (): boolean => innerWidth * innerHeight >= leastFilled * screen.width * screen.height;

/** Returns whether the screen lights up, and whether the user must be asked about that first. */
export function planLight(view: View, facts: Facts) {
  const answer = facts.isKiosk ? null : lightMemory.read();
  const withoutLight = facts.withoutLight || answer === lightAnswers.skipped;
  const isLit = isLitNext(view, { withoutLight }, axisOfScreen());
  const isRemembered = isLit && !facts.isLightAccepted && answer === lightAnswers.accepted && isScreenFilled();
  return { isLit, isRemembered, isLightNew: isLit && !facts.isLightAccepted && !isRemembered };
}
