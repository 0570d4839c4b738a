import { z } from 'zod';
import { blocked, missing, type ProvisionStep, type StepStatus } from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { FaceError, type Json } from '../../src/errors.js';
import { listAll, type OktaProvisionDeps, type SendToOkta, toWritable } from './client.js';
import type { OktaConnection } from './config.js';
import { findInlineHook, nameOf, toHookName, toHookTitle } from './provision-hooks.js';

const idGuard = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string().nullish(),
  system: z.boolean().nullish(),
  conditions: z.object({ clients: z.object({ include: z.array(z.string()).nullish() }).nullish() }).nullish(),
});
type Policy = z.infer<typeof idGuard>;

const objectGuard = z.record(z.string(), z.json());

/** A rule with its unknown fields, because PUT removes omitted ones. */
const ruleGuard = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string().nullish(),
  actions: objectGuard,
});
type Rule = z.infer<typeof ruleGuard>;

type Chosen = NonNullable<OktaConnection['okta']['provision']['registration']>;

type Blocked = Extract<StepStatus, { state: 'blocked' }>;

type Located = { readonly state: 'found'; readonly path: string; readonly rule: Rule } | Blocked;

function pick<Entry extends z.infer<typeof idGuard>>(
  what: string,
  setting: string,
  entries: readonly Entry[],
  id: string | undefined,
): { readonly state: 'found'; readonly entry: Entry } | Blocked {
  const [only] = id === undefined ? entries : entries.filter((entry) => entry.id === id);
  if (only !== undefined && (id !== undefined || entries.length === 1)) return { state: 'found', entry: only };
  const found = entries.map(({ id: each, name }) => `${each} (${name ?? 'unnamed'})`).join(', ');
  return blocked(
    id === undefined ? `There are ${entries.length} ${what}` : `It is not among the ${what}`,
    `Name one as ${setting}: ${found === '' ? 'there is none yet' : found}`,
  );
}

const toChoice = (id: string | undefined): string => (id === undefined ? 'the only one' : `the one with the id ${id}`);

interface Hanger {
  readonly title: string;
  readonly byHand: readonly string[];
  readonly hook: 'token' | 'registration';
  /** Path of the list of policies. */
  readonly policies: string;
  rulesOf(policyId: string): string;
  readonly setting: string;
  readonly chosen: Chosen;
  readHook(actions: Rule['actions']): string | null;
  readonly lacks: (actions: Rule['actions']) => string | null;
  withHook(actions: Rule['actions'], hookId: string): Rule['actions'];
}

async function locate({ policies, rulesOf, setting, chosen }: Hanger, send: SendToOkta): Promise<Located> {
  const policy = pick('policies', `${setting}.policyId`, await listAll(idGuard, policies, send), chosen.policyId);
  if (policy.state === 'blocked') return policy;
  const path = rulesOf(policy.entry.id);
  const rule = pick('rules', `${setting}.ruleId`, await listAll(ruleGuard, path, send), chosen.ruleId);
  return rule.state === 'blocked' ? rule : { state: 'found', path: `${path}/${rule.entry.id}`, rule: rule.entry };
}

function createRuleStep(hanger: Hanger, deps: OktaProvisionDeps): ProvisionStep {
  const { title, byHand, hook, readHook, lacks, withHook } = hanger;
  return {
    title,
    byHand,
    // Another check finds all rules that lack the token hook.
    check: hook === 'token' ? null : { needs: [toHookTitle(hook)] },
    async inspect(): Promise<StepStatus> {
      const located = await locate(hanger, deps.send);
      if (located.state === 'blocked') return located;
      const { rule } = located;
      const { ours, others } = await findInlineHook(hook, deps);
      const hanging = readHook(rule.actions);
      const isHung = hanging !== null && hanging === ours?.id;
      const lacking = lacks(rule.actions);
      if (isHung && lacking === null) return { state: 'ready' };
      const name = rule.name ?? rule.id;
      if (isHung) return { state: 'different', changes: [`Rule "${name}": ${lacking}`] };
      if (hanging !== null) {
        const other = others.find(({ id }) => id === hanging);
        return blocked(
          `Another inline hook (${other === undefined ? hanging : toHookName(other)}) is assigned to the rule "${name}", and a rule can have only one`,
          'Remove it from the rule, set another rule in the configuration, or let that hook call this server',
        );
      }
      return missing(
        `Assign the inline hook to the rule "${name}"; the rest of the rule stays unchanged`,
        ...(lacking === null ? [] : [`Rule "${name}": ${lacking}`]),
      );
    },
    async apply() {
      const located = await locate(hanger, deps.send);
      const { ours } = await findInlineHook(hook, deps);
      if (located.state === 'blocked' || ours === null) throw new FaceError('config_invalid', { step: title });
      const rule = toWritable(located.rule, ['system']);
      await deps.send('PUT', located.path, { ...rule, actions: withHook(located.rule.actions, ours.id) });
    },
  };
}

const asObject = (value: Json | undefined): z.infer<typeof objectGuard> => objectGuard.safeParse(value).data ?? {};

const tokenActionGuard = z.object({ inlineHook: z.object({ id: z.string() }).nullish() });

export const readTokenHook = (actions: Rule['actions']): string | null =>
  tokenActionGuard.safeParse(actions.token).data?.inlineHook?.id ?? null;

/**
 * Creates the step that attaches the token hook to a rule of an access policy.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerRules/
 */
export function createTokenRuleStep(deps: OktaProvisionDeps): ProvisionStep {
  const chosen = deps.settings.okta.provision;
  const policies = `/api/v1/authorizationServers/${chosen.authorizationServerId}/policies`;
  return createRuleStep(
    {
      title: `Rule of the authorization server ${chosen.authorizationServerId}`,
      byHand: [
        `Security > API > Authorization Servers > the one with the id ${chosen.authorizationServerId} > Access Policies`,
        `Policy: ${toChoice(chosen.policyId)}`,
        `Rule: ${toChoice(chosen.ruleId)}`,
        `Use this inline hook: ${nameOf(deps, 'token')}`,
      ],
      hook: 'token',
      policies,
      rulesOf: (policyId) => `${policies}/${policyId}/rules`,
      setting: 'okta.provision',
      chosen,
      readHook: readTokenHook,
      lacks: () => null,
      withHook: (actions, id) => ({ ...actions, token: { ...asObject(actions.token), inlineHook: { id } } }),
    },
    deps,
  );
}

export interface ActiveRule {
  /** Name or id of the policy. */
  readonly policy: string;
  readonly rule: Rule;
}

/** Lists the active rules of all active policies with applications, because Okta evaluates no others. */
async function listActiveRules(
  policies: string,
  hasApplications: (policy: Policy) => boolean | Promise<boolean>,
  rulesOf: (policyId: string) => string,
  send: SendToOkta,
): Promise<ActiveRule[]> {
  const rules: ActiveRule[] = [];
  for (const policy of await listAll(idGuard, policies, send)) {
    const { id, name } = policy;
    if (policy.status === 'INACTIVE' || !(await hasApplications(policy))) continue;
    const found = await listAll(ruleGuard, rulesOf(id), send);
    rules.push(...found.filter((rule) => rule.status !== 'INACTIVE').map((rule) => ({ policy: name ?? id, rule })));
  }
  return rules;
}

export function listTokenRules({ settings, send }: OktaProvisionDeps): Promise<ActiveRule[]> {
  const policies = `/api/v1/authorizationServers/${settings.okta.provision.authorizationServerId}/policies`;
  const hasClients = ({ conditions }: Policy): boolean => conditions?.clients?.include?.length !== 0;
  return listActiveRules(policies, hasClients, (policyId) => `${policies}/${policyId}/rules`, send);
}

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServer/ */
export async function isServerActive({ settings, send }: OktaProvisionDeps): Promise<boolean> {
  const { body } = await send('GET', `/api/v1/authorizationServers/${settings.okta.provision.authorizationServerId}`);
  return parseAnswer(idGuard, body).status !== 'INACTIVE';
}

const enrolmentPolicies = '/api/v1/policies?type=PROFILE_ENROLLMENT';

const enrolmentRulesOf = (policyId: string): string => `/api/v1/policies/${policyId}/rules`;

export function listEnrolmentRules({ send }: OktaProvisionDeps): Promise<ActiveRule[]> {
  // Okta applies the default policy to all applications without another one.
  const hasApplications = async ({ id, system }: Policy): Promise<boolean> =>
    system === true ||
    (await listAll(z.object({ id: z.string() }), `/api/v1/policies/${id}/mappings`, send)).length > 0;
  return listActiveRules(enrolmentPolicies, hasApplications, enrolmentRulesOf, send);
}

const enrolmentActionGuard = z.object({
  access: z.string().nullish(),
  unknownUserAction: z.string().nullish(),
  preRegistrationInlineHooks: z.array(z.object({ inlineHookId: z.string() })).nullish(),
  profileAttributes: z.array(z.looseObject({ name: z.string() })).nullish(),
});

export const readEnrolmentHook = ({ profileEnrollment }: Rule['actions']): string | null =>
  enrolmentActionGuard.safeParse(profileEnrollment).data?.preRegistrationInlineHooks?.[0]?.inlineHookId ?? null;

/** Returns true if new users can sign up by a rule of a user profile policy. */
export function allowsSignUp({ profileEnrollment }: Rule['actions']): boolean {
  const { access, unknownUserAction } = enrolmentActionGuard.safeParse(profileEnrollment).data ?? {};
  return access !== 'DENY' && unknownUserAction !== 'DENY';
}

const fieldsGuard = z.array(objectGuard);

const fieldsOf = ({ profileEnrollment }: Rule['actions']): z.infer<typeof fieldsGuard> =>
  fieldsGuard.parse(enrolmentActionGuard.safeParse(profileEnrollment).data?.profileAttributes ?? []);

const isNamed =
  (expected: string) =>
  ({ name }: z.infer<typeof objectGuard>): boolean =>
    name === expected;

/**
 * Creates the step that attaches the registration hook to a rule of a profile policy.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/
 */
export function createEnrolmentRuleStep(chosen: Chosen, deps: OktaProvisionDeps): ProvisionStep {
  const { receiptField, receiptIn } = deps.settings.okta.registration;
  // A required field would also appear when existing users complete their profile.
  const receipt = { name: receiptField, label: 'Face check', required: false };
  const { policyId = '<id of the policy>', ruleId = '<id of the rule>' } = chosen;
  const rulePath = `${enrolmentRulesOf(policyId)}/${ruleId}`;
  return createRuleStep(
    {
      title: 'Rule of the user profile policy',
      byHand: [
        'Security > User Profile Policies > the policy > Enrollment > Profile Enrollment > Edit',
        `Policy: ${toChoice(chosen.policyId)}`,
        `Inline hook: ${nameOf(deps, 'registration')}`,
        'Run this hook: Both',
        ...(receiptIn === 'form'
          ? [
              `By the API only: GET ${rulePath}, add this to actions.profileEnrollment.profileAttributes, and PUT the rule: ${JSON.stringify(receipt)}`,
            ]
          : []),
      ],
      hook: 'registration',
      policies: enrolmentPolicies,
      rulesOf: enrolmentRulesOf,
      setting: 'okta.provision.registration',
      chosen,
      readHook: readEnrolmentHook,
      lacks: (actions) =>
        receiptIn === 'form' && !fieldsOf(actions).some(isNamed(receiptField))
          ? `add the field ${receiptField}, which is sent to the hook and not stored, to its form`
          : null,
      withHook: (actions, inlineHookId) => ({
        ...actions,
        profileEnrollment: {
          ...asObject(actions.profileEnrollment),
          preRegistrationInlineHooks: [{ inlineHookId }],
          ...(receiptIn === 'form'
            ? {
                profileAttributes: [...fieldsOf(actions).filter((field) => !isNamed(receiptField)(field)), receipt],
              }
            : {}),
        },
      }),
    },
    deps,
  );
}
