import type { Express } from 'express';
import { z } from 'zod';
import type { FaceCheckReply } from '../../access/administrator-replies.js';
import { authenticateSession } from '../../access/console-caller.js';
import { changeSession, needsFaceCheck } from '../../access/console-sessions.js';
import { startedLink } from '../../core/page-link.js';
import { newSecret } from '../../core/tickets.js';
import { FaceError } from '../../errors.js';
import { browserCookieOf, clearBrowserCookie, setBrowserCookie } from '../../http/cookies.js';
import { isByFace } from '../../step-up/record.js';
import { startStepUp, takeStepUp } from '../../step-up/step-up.js';
import type { ConsoleDeps } from './deps.js';
import { mountCall, readFields } from './exchange.js';
import { consoleCheck } from './flow.js';
import { consolePath, toOwnPath } from './sign-in.js';

export function mountFaceCheck(app: Express, deps: ConsoleDeps): void {
  const isSecure = deps.issuer.startsWith('https:');

  mountCall(app, deps.pools, ['POST', `${consolePath}/api/face-check`], async (exchange) => {
    const { request, response } = exchange;
    const { secret, session } = await authenticateSession(request.headers, deps);
    const { to } = await readFields(exchange, z.strictObject({ to: z.string().max(1024) }), deps);
    const { by } = session;
    const connection = deps.connections.get(deps.console.stepUp?.connection ?? '');
    // A session by API key has no person whose face could be checked.
    if (connection === undefined || by.kind === 'key') throw new FaceError('not_found');
    const account = await connection.profile.findAccount(by.login);
    if (account === null) throw new FaceError('subject_unknown');
    const browser = newSecret(deps);
    const back = `${deps.issuer}${consolePath}/face-check?to=${encodeURIComponent(toOwnPath(to))}`;
    const started = await startStepUp(
      {
        connection,
        subject: account.subject,
        browser,
        by: session.name,
        // Failed checks count toward the administrator's lockout. An administrator who is not enrolled does not pass.
        assurance: { kind: 'first_factor' },
        returnUrl: back,
      },
      consoleCheck,
      deps,
    );
    const check = { stepUpId: started.id, subject: account.subject };
    await changeSession(secret, (found) => ({ ...found, check }), deps);
    const name = browserCookieOf(started.id, isSecure);
    setBrowserCookie(response, { name, secret: browser, lifeSec: connection.policy.stepUpTimeoutSec });
    response.json({ ok: true, ...({ url: startedLink(deps.issuer, started) } satisfies FaceCheckReply) });
  });

  mountCall(app, deps.pools, ['POST', `${consolePath}/api/face-check/done`], async ({ request, response }) => {
    const { secret, session } = await authenticateSession(request.headers, deps);
    if (session.check === null) {
      if (session.checkedAt === null || needsFaceCheck(session, deps)) throw new FaceError('face_not_verified');
      response.json({ ok: true });
      return;
    }
    const { stepUpId, subject } = session.check;
    clearBrowserCookie(response, browserCookieOf(stepUpId, isSecure));
    const view = await takeStepUp(stepUpId, deps);
    if (view.pass === null || !isByFace(view.pass) || view.subject !== subject)
      throw new FaceError('face_not_verified');
    const checkedAt = view.pass.at;
    await changeSession(secret, (found) => ({ ...found, checkedAt, check: null }), deps);
    response.json({ ok: true });
  });
}
