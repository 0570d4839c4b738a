import type { Response } from 'express';

/** How long a page stands at a kiosk before it clears itself, in seconds: one that asks, and one that only tells. */
const clearedAfterSec = { asking: 120, telling: 15 } as const;

/** What a page does at a kiosk. */
export type KioskPage = keyof typeof clearedAfterSec;

/** Has the browser of a kiosk go back to where it waits for the next person, with no script: whoever was there may have gone. */
export function leadBackToKiosk(response: Response, kioskUrl: string, page: KioskPage): void {
  response.set('Refresh', `${clearedAfterSec[page]}; url=${kioskUrl}`);
}
