import type { IncomingMessage, ServerResponse } from 'node:http';
import { beginFaceCheck, type Pending, type Registration } from './face-check.js';
import { browserOf, nameBrowser, redirect } from './site.js';

/** The face checks that browsers of one application are at. @param cookie - what a browser is known by, and for how long */
export function createBrowserChecks(
  registration: Registration,
  cookie: { readonly name: string; readonly maxAgeSec: number },
) {
  const pending = new Map<string, { readonly check: Pending; readonly endsAt: number }>();
  /** Of browsers that never came back. */
  const forgetEnded = (): void => {
    for (const [browser, { endsAt }] of pending) if (endsAt <= Date.now()) pending.delete(browser);
  };
  return {
    /** Sends a browser to the face check. @param parameters - of the authorization request */
    async leave(response: ServerResponse, parameters: Readonly<Record<string, string>>): Promise<void> {
      const begun = await beginFaceCheck(registration, parameters);
      forgetEnded();
      const endsAt = Date.now() + cookie.maxAgeSec * 1000;
      pending.set(nameBrowser(response, cookie.name, cookie.maxAgeSec), { check: begun.pending, endsAt });
      redirect(response, begun.url);
    },

    /** What a browser that comes back has begun, once. @returns `undefined`: nothing */
    take(request: IncomingMessage): Pending | undefined {
      const browser = browserOf(request, cookie.name);
      const begun = pending.get(browser);
      pending.delete(browser);
      return begun?.check;
    },
  };
}
