import express, { type Response, Router } from 'express';
import { type Html, html } from '../../src/core/base/html.js';
import type { Cloud } from './cloud.js';
import { callbackPath, finishExternalMfa, startExternalMfa } from './external-mfa.js';
import { MfaError, type MfaResult } from './external-mfa-request.js';
import type { DirectoryUser, Tenant } from './tenant.js';

const page = (body: Html): Html =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>${body}</body></html>`;

const resultPage = ({ passed, reason }: Omit<MfaResult, 'userId'>): Html =>
  page(
    html`<main data-result="${passed ? 'passed' : 'failed'}" data-reason="${reason ?? null}">
<h1>${passed ? 'You are signed in' : 'Sorry, we could not sign you in'}</h1></main>`,
  );

function findUser({ tenants }: Cloud, name: string): { tenant: Tenant; user: DirectoryUser } | undefined {
  for (const tenant of tenants.values()) {
    for (const user of tenant.users.values()) {
      if (user.id === name || user.userPrincipalName === name) return { tenant, user };
    }
  }
  return undefined;
}

/**
 * Creates the External MFA pages. `/external-mfa/start?user=<name or id>` posts the form to the provider without a
 * click. The callback page shows the result.
 */
export function createExternalMfaPages(cloud: Cloud): Router {
  const router = Router();
  const show = (response: Response, shown: Html): void => void response.type('html').send(shown.toString());

  router.get('/external-mfa/start', async (request, response) => {
    const found = findUser(cloud, String(request.query.user));
    if (found === undefined) {
      show(response.status(404), resultPage({ passed: false, reason: 'user_unknown' }));
      return;
    }
    try {
      const { action, fields } = await startExternalMfa(cloud, found.tenant, { userId: found.user.id });
      const inputs = Object.entries(fields).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
      );
      const form = html`<form method="post" action="${action}">${inputs}<button>Continue</button></form>`;
      show(response, page(html`${form}<script>document.forms[0].submit()</script>`));
    } catch (error) {
      if (!(error instanceof MfaError)) throw error;
      show(response, resultPage({ passed: false, reason: error.reason }));
    }
  });

  router.post(callbackPath, express.urlencoded({ extended: false }), async (request, response) => {
    show(response, resultPage(await finishExternalMfa(cloud, request.body)));
  });
  return router;
}
