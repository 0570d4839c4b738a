import express, { type Express } from 'express';
import type { SessionReply } from '../../access/administrator-replies.js';
import { readSession } from '../../access/console-caller.js';
import { administratorOf, endOf, tokenOf } from '../../access/console-sessions.js';
import { rightsByRole } from '../../access/rights.js';
import { isSameOrigin } from '../../core/base/same-origin.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import type { ConsoleDeps } from './deps.js';
import { mountCall } from './exchange.js';
import { mountFaceCheck } from './face-check.js';
import { createPageRouter, mountEmailPreviews } from './page.js';
import { consolePath, mountSignIn } from './sign-in.js';

export function mountConsole(app: Express, folder: string, deps: ConsoleDeps): void {
  mountCall(app, deps.pools, ['GET', `${consolePath}/api/session`], async ({ request, response }) => {
    if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('caller_untrusted');
    const ways = { provider: deps.console.signIn !== null };
    const shown = await readSession(request.headers, deps).catch((error: unknown) => {
      if (error instanceof FaceError && error.code === 'caller_untrusted') return null;
      throw error;
    });
    if (shown === null) {
      response.json({ ok: true, ...({ ways, session: null } satisfies SessionReply) });
      return;
    }
    const { name, role, by } = shown.session;
    const session = {
      // An API key does not identify a person who could own applications.
      name,
      recordedName: administratorOf(shown.session).name,
      role,
      rights: rightsByRole[role].filter((right) => by.kind !== 'key' || right !== 'develop'),
      byKey: by.kind === 'key',
      extensions: deps.extensionsOn,
      outbox: deps.delivery.outbox,
      token: tokenOf(shown.secret),
      endsAt: toIso(endOf(shown.session, deps.console)),
    };
    response.json({ ok: true, ...({ ways, session } satisfies SessionReply) });
  });
  mountSignIn(app, deps);
  mountFaceCheck(app, deps);
  const previews = express.Router();
  mountEmailPreviews(previews, deps);
  app.use(consolePath, previews, createPageRouter(folder));
}
