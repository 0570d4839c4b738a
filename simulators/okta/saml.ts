import express, { type Request, Router } from 'express';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { invalid, notFound } from './errors.js';
import { callHook } from './hook-call.js';
import { newId } from './ids.js';
import { isoNow, type Org, type OrgUser, type SamlApp } from './org.js';
import { authenticate } from './password-import.js';
import { toSamlPayload } from './payloads.js';
import { applySamlCommands, type SamlAssertion, type SamlStatement } from './saml-patch.js';

const appGuard = z.object({
  label: z.string().min(1),
  signOnMode: z.literal('SAML_2_0'),
  settings: z.object({
    signOn: z.object({
      audience: z.string().min(1),
      recipient: z.url(),
      attributeStatements: z
        .array(z.object({ type: z.literal('EXPRESSION'), name: z.string().min(1), values: z.array(z.string()).min(1) }))
        .default([]),
      inlineHooks: z
        .array(z.object({ id: z.string() }))
        .max(1)
        .default([]),
    }),
  }),
});

/**
 * Creates the API of custom SAML applications; the hook is in `settings.signOn.inlineHooks`.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 */
export function createSamlAppsApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const manage = requireScope('okta.apps.manage');
  const toApp = (id: string, body: unknown): SamlApp => {
    const parsed = appGuard.safeParse(body);
    if (!parsed.success) throw invalid('app', ['The application was not understood']);
    const { label, settings } = parsed.data;
    const { audience, recipient, attributeStatements, inlineHooks } = settings.signOn;
    const hookIds = inlineHooks.map((hook) => hook.id);
    if (hookIds.some((hookId) => org.hooks.get(hookId)?.type !== 'com.okta.saml.tokens.transform')) {
      throw invalid('inlineHooks', ['Not an inline hook for SAML assertions']);
    }
    return { id, label, audience, recipient, statements: attributeStatements, hookIds };
  };
  const save = (app: SamlApp, body: unknown) => {
    org.samlApps.set(app.id, app);
    return { id: app.id, status: 'ACTIVE', ...appGuard.parse(body) };
  };
  router.post('/', manage, (request, response) => {
    response.json(save(toApp(newId('0oa'), request.body), request.body));
  });
  router.put('/:id', manage, (request, response) => {
    const id = String(request.params.id);
    if (!org.samlApps.has(id)) throw notFound(id, 'AppInstance');
    response.json(save(toApp(id, request.body), request.body));
  });
  return router;
}

const toStatement = (values: readonly string[]): SamlStatement => ({
  attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified' },
  attributeValues: values.map((value) => ({ attributes: { 'xsi:type': 'xs:string' }, value })),
});

const toAssertion = (org: Org, app: SamlApp, user: OrgUser): SamlAssertion => ({
  subject: {
    nameId: user.profile.login,
    nameFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    confirmation: { method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer', data: { recipient: app.recipient } },
  },
  authentication: {
    sessionIndex: newId('id', 32),
    authnContext: { authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport' },
    authnInstant: isoNow(org),
  },
  conditions: { audienceRestriction: [app.audience] },
  claims: Object.fromEntries(app.statements.map(({ name, values }) => [name, toStatement(values)])),
  lifetime: { expiration: 300 },
});

/** Applies the hook's answer; keeps the assertion if the hook is unreachable, unreadable or returns `error`. */
async function askHook(org: Org, app: SamlApp, user: OrgUser, assertion: SamlAssertion): Promise<SamlAssertion> {
  const hook = org.hooks.get(app.hookIds[0] ?? '');
  if (hook?.status !== 'ACTIVE') return assertion;
  const answer = await callHook(org, hook, toSamlPayload(org, app, user, assertion), true);
  const parsed = z.looseObject({ commands: z.unknown() }).safeParse(answer.ok ? answer.body : null);
  return (parsed.success ? applySamlCommands(assertion, parsed.data.commands) : null) ?? assertion;
}

const signInGuard = z.object({ username: z.string(), password: z.string() });

/** Creates the sign-in address of SAML applications. It returns the assertion as a JWS in JSON, instead of XML. */
export function createSamlSignIn(org: Org): Router {
  const router = Router();
  router.post('/:id/sso/saml', express.urlencoded({ extended: false }), async (request: Request, response) => {
    const app = org.samlApps.get(String(request.params.id));
    const form = signInGuard.safeParse(request.body);
    if (app === undefined || !form.success) throw notFound(String(request.params.id), 'AppInstance');
    const user = await authenticate(org, form.data.username, form.data.password);
    if (user === null) return void response.status(401).json({ errorCode: 'E0000004' });
    const assertion = await askHook(org, app, user, toAssertion(org, app, user));
    const key = org.servers.get('default')?.key;
    if (key === undefined) throw notFound('default', 'AuthorizationServer');
    const signed = await new SignJWT({ ...assertion })
      .setProtectedHeader({ alg: 'RS256', kid: key.id })
      .sign(key.privateKey);
    response.json({ assertion: signed });
  });
  return router;
}
