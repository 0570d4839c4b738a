import type { IncomingMessage, ServerResponse } from 'node:http';
import { beginFaceCheck, type Pending, type Registration } from './face-check.js';
import { browserOf, nameBrowser, redirect } from './site.js';

/** Stores the state of browsers during a face check, by cookie. */
export function createBrowserChecks(
  registration: Registration,
  cookie: { readonly name: string; readonly maxAgeSec: number },
) {
  const pending = new Map<string, { readonly check: Pending; readonly endsAt: number }>();
  /** Removes browsers that never returned. */
  const forgetEnded = (): void => {
    for (const [browser, { endsAt }] of pending) if (endsAt <= Date.now()) pending.delete(browser);
  };
  return {
    async leave(response: ServerResponse, parameters: Readonly<Record<string, string>>): Promise<void> {
      const begun = await beginFaceCheck(registration, parameters);
      forgetEnded();
      const endsAt = Date.now() + cookie.maxAgeSec * 1000;
      pending.set(nameBrowser(response, cookie.name, cookie.maxAgeSec), { check: begun.pending, endsAt });
      redirect(response, begun.url);
    },

    /** Returns and removes the state of a returning browser. */
    take(request: IncomingMessage): Pending | undefined {
      const browser = browserOf(request, cookie.name);
      const begun = pending.get(browser);
      pending.delete(browser);
      return begun?.check;
    },
  };
}
