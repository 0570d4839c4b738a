import { Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { invalid, notFound, parseBody } from './errors.js';
import { callHook } from './hooks.js';
import { addUser, findUser, type Org, toRuleView } from './org.js';
import { sendPage } from './paging.js';
import { toRegistrationPayload } from './payloads.js';
import { baseAttributes, checkProfile, withoutNulls } from './user-schema.js';

const profileGuard = z.record(z.string(), z.unknown());
const answerGuard = z.object({
  commands: z
    .array(
      z.discriminatedUnion('type', [
        z.object({
          type: z.literal('com.okta.action.update'),
          value: z.object({ registration: z.enum(['ALLOW', 'DENY']) }),
        }),
        z.object({ type: z.literal('com.okta.user.profile.update'), value: profileGuard }),
        z.object({ type: z.literal('com.okta.user.progressive.profile.update'), value: profileGuard }),
      ]),
    )
    .nullish(),
  error: z
    .object({
      errorSummary: z.string().nullish(),
      errorCauses: z.array(z.object({ errorSummary: z.string(), location: z.string().optional() })).nullish(),
    })
    .nullish(),
});

const locatedGuard = z.record(z.string(), z.unknown());

/** Returns true if the value has this path. The sign-up widget shows an error only next to an existing path. */
function isInside(value: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  const { data } = locatedGuard.safeParse(value);
  return data !== undefined && Object.hasOwn(data, name) && isInside(data[name], rest);
}

const fieldsGuard = z.object({
  actions: z.object({
    profileEnrollment: z.object({ profileAttributes: z.array(z.object({ name: z.string() })).nullish() }),
  }),
});

/** Keeps only attributes of the schema. Other form fields only go to the hook. */
function toKept(org: Org, form: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { data } = fieldsGuard.safeParse(org.registrationRule.definition);
  const fields = data?.actions.profileEnrollment.profileAttributes ?? [];
  const isAttribute = (name: string) => org.attributes.has(name) || baseAttributes.includes(name);
  const isFormField = (name: string) => fields.some((field) => field.name === name);
  return Object.fromEntries(Object.entries(form).filter(([name]) => isAttribute(name) || !isFormField(name)));
}

interface Outcome {
  readonly allowed: boolean;
  readonly messages: readonly string[];
  readonly profile: Record<string, unknown>;
}

const deny = (...messages: readonly string[]): Outcome => ({ allowed: false, messages, profile: {} });

/**
 * Calls the hook of the user profile policy. Without a hook, the user is allowed. A timeout, an error status, an
 * unreadable answer or an `error` denies.
 */
async function askHook(org: Org, payload: unknown, update: 'user' | 'user.progressive'): Promise<Outcome> {
  const hook = org.hooks.get(org.registrationRule.hookId ?? '');
  if (hook?.status !== 'ACTIVE') return { allowed: true, messages: [], profile: {} };
  const answer = await callHook(org, hook, payload, true);
  const parsed = answerGuard.safeParse(answer.ok ? answer.body : null);
  if (!parsed.success) return deny('There was an error creating your account. Please try again.');
  const { commands, error } = parsed.data;
  if (error) {
    const messages = (error.errorCauses ?? [])
      .filter(({ location = '' }) => location.split('.').length > 2 && isInside(payload, location.split('.')))
      .map(({ errorSummary }) => errorSummary);
    return deny(...(messages.length > 0 ? messages : ['Registration cannot be completed at this time.']));
  }
  let allowed = true;
  let profile = {};
  for (const command of commands ?? []) {
    if (command.type === 'com.okta.action.update') allowed = command.value.registration === 'ALLOW';
    else if (command.type === `com.okta.${update}.profile.update`) profile = { ...profile, ...command.value };
    else return deny('Registration denied.');
  }
  return allowed ? { allowed, messages: [], profile } : deny('Registration denied.');
}

const newUserGuard = z.object({ userProfile: profileGuard, password: z.string().min(8) });
const updateGuard = z.object({ login: z.string(), userProfileUpdate: profileGuard });

export function createEnrollmentForms(org: Org): Router {
  const router = Router();
  router.post('/new', async (request, response) => {
    const { userProfile, password } = parseBody(newUserGuard, request.body, 'userProfile');
    const outcome = await askHook(org, toRegistrationPayload(org, null, userProfile), 'user');
    if (!outcome.allowed) return void response.status(403).json({ messages: outcome.messages });
    const profile = withoutNulls({ ...toKept(org, userProfile), ...outcome.profile });
    checkProfile(org, profile);
    response.json({ id: addUser(org, { profile, password, isPasswordHooked: false }).id });
  });
  router.post('/update', async (request, response) => {
    const { login, userProfileUpdate } = parseBody(updateGuard, request.body, 'userProfileUpdate');
    const user = findUser(org, login);
    if (user === undefined) throw notFound(login, 'User');
    const outcome = await askHook(org, toRegistrationPayload(org, user, userProfileUpdate), 'user.progressive');
    if (!outcome.allowed) return void response.status(403).json({ messages: outcome.messages });
    const profile = { ...user.profile, ...toKept(org, userProfileUpdate), ...outcome.profile };
    checkProfile(org, profile);
    user.profile = profile;
    response.json({ id: user.id });
  });
  return router;
}

// A PUT replaces the rule, so omitted settings are lost.
const ruleGuard = z.looseObject({
  name: z.string().min(1),
  type: z.literal('PROFILE_ENROLLMENT'),
  actions: z.looseObject({
    profileEnrollment: z.looseObject({
      profileAttributes: z
        .array(z.looseObject({ name: z.string() }))
        .max(10)
        .nullish(),
      preRegistrationInlineHooks: z
        .array(z.object({ inlineHookId: z.string() }))
        .max(1)
        .nullish(),
    }),
  }),
});

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/ */
export function createEnrollmentPolicyApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const rule = org.registrationRule;
  const read = requireScope('okta.policies.read');
  router.get('/', read, (request, response) => {
    const { system } = rule.policy;
    const policy = { id: rule.policyId, type: 'PROFILE_ENROLLMENT', name: 'Default Policy', status: 'ACTIVE', system };
    const policies: Record<string, readonly { readonly id: string }[]> = {
      PROFILE_ENROLLMENT: [policy],
      MFA_ENROLL: org.enrolmentPolicies,
    };
    sendPage(org, request, response, policies[String(request.query.type)] ?? []);
  });
  router.get('/:policyId/mappings', read, (request, response) => {
    const applications = request.params.policyId === rule.policyId ? rule.policy.applications : [];
    response.json(
      applications.map((id) => ({ id, _links: { application: { href: `${org.url}/api/v1/apps/${id}` } } })),
    );
  });
  router.get('/:policyId/rules', read, (request, response) => {
    response.json(request.params.policyId === rule.policyId ? [toRuleView(org, rule)] : []);
  });
  router.put('/:policyId/rules/:ruleId', requireScope('okta.policies.manage'), (request, response) => {
    const { policyId, ruleId } = request.params;
    if (policyId !== rule.policyId || ruleId !== rule.id) throw notFound(String(ruleId), 'PolicyRule');
    const definition = parseBody(ruleGuard, request.body, 'rule');
    const hookId = definition.actions.profileEnrollment.preRegistrationInlineHooks?.[0]?.inlineHookId ?? null;
    if (hookId !== null && org.hooks.get(hookId)?.type !== 'com.okta.user.pre-registration') {
      throw invalid('preRegistrationInlineHooks', ['Not an inline hook for registration']);
    }
    Object.assign(rule, { hookId, definition });
    response.json(toRuleView(org, rule));
  });
  return router;
}
