import type { Response } from 'express';

/** Seconds until a kiosk page clears itself. A page that asks a question stays longer than a page that only informs. */
const clearedAfterSec = { asking: 120, telling: 15 } as const;

export type KioskPage = keyof typeof clearedAfterSec;

/** Sends a kiosk's browser back to its start page, without a script, in case the person has left. */
export function leadBackToKiosk(response: Response, kioskUrl: string, page: KioskPage): void {
  response.set('Refresh', `${clearedAfterSec[page]}; url=${kioskUrl}`);
}
