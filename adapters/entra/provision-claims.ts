import { z } from 'zod';
import {
  blocked,
  createObjectStep,
  inConsole,
  missing,
  type ProvisionStep,
  type StepStatus,
} from '../../src/connections/provisioning.js';
import { type JsonObject, parseJsonAs } from '../../src/core/base/json.js';
import { findApplication, findServicePrincipal, toApplicationPage } from './provision-directory.js';
import { anything, type EntraProvisionDeps, required, toPostLine } from './provision-graph.js';
import { claimNames } from './reply.js';

const policyGuard = z.object({ id: z.string(), displayName: z.string().nullish(), definition: z.array(z.string()) });

type ClaimsMappingPolicy = z.infer<typeof policyGuard>;

// The policy's definition is JSON text. Entries that this service did not create are preserved.
const definitionGuard = z.looseObject({
  ClaimsMappingPolicy: z.looseObject({ ClaimsSchema: z.array(z.record(z.string(), z.json())).default([]) }),
});

const displayNameOf = ({ settings }: Pick<EntraProvisionDeps, 'settings'>): string => `facestep ${settings.id}`;

const entries = Object.entries(claimNames).map(([ID, JwtClaimType]) => ({
  Source: 'CustomClaimsProvider',
  ID,
  JwtClaimType,
}));

const parseDefinition = ([text = '']: readonly string[]): z.infer<typeof definitionGuard> | null =>
  parseJsonAs(text, definitionGuard) ?? null;

function lackingIn({ definition }: ClaimsMappingPolicy): typeof entries {
  const schema = parseDefinition(definition)?.ClaimsMappingPolicy.ClaimsSchema ?? [];
  return entries.filter(
    ({ ID }) => !schema.some((entry) => entry.Source === 'CustomClaimsProvider' && entry.ID === ID),
  );
}

const emptyPolicy = { Version: 1, IncludeBasicClaimSet: 'true', ClaimsSchema: [] };

const toDefinition = (base: z.infer<typeof definitionGuard> | null, added: readonly JsonObject[]): string[] => {
  const { ClaimsSchema, ...kept } = base?.ClaimsMappingPolicy ?? emptyPolicy;
  return [JSON.stringify({ ...base, ClaimsMappingPolicy: { ...kept, ClaimsSchema: [...ClaimsSchema, ...added] } })];
};

async function findPolicy({ graph, ...deps }: EntraProvisionDeps): Promise<ClaimsMappingPolicy | null> {
  const all = await graph.list(policyGuard, '/policies/claimsMappingPolicies');
  return all.find(({ displayName }) => displayName === displayNameOf(deps)) ?? null;
}

/**
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference#claims-mapping-policy
 */
export function createPolicyStep(deps: EntraProvisionDeps): ProvisionStep {
  const path = '/policies/claimsMappingPolicies';
  const policy = {
    displayName: displayNameOf(deps),
    isOrganizationDefault: false,
    definition: toDefinition(null, entries),
  };
  return createObjectStep(toTitle(deps), {
    byHand: [toPostLine(path, policy, deps)],
    find: () => findPolicy(deps),
    creation: [`create a policy that maps ${Object.values(claimNames).join(', ')}`],
    create: () => deps.graph.create(anything, path, policy),
    changesTo(found) {
      const lacking = lackingIn(found).map(({ JwtClaimType }) => JwtClaimType);
      return lacking.length === 0 ? [] : [`map ${lacking.join(', ')} too`];
    },
    change(found) {
      const definition = toDefinition(parseDefinition(found.definition), lackingIn(found));
      return deps.graph.change(`${path}/${found.id}`, { definition });
    },
  });
}

const toTitle = (deps: EntraProvisionDeps): string => `Claims mapping policy "${displayNameOf(deps)}"`;

/**
 * Our policy replaces the claims that were set for the application in the console, and any custom claims policy.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/claims-customization-powershell
 */
const assignment =
  'assign our claims mapping policy to it: its tokens lose what is set in the console under Attributes & Claims';

export function createPolicyAssignmentStep(appId: string, deps: EntraProvisionDeps): ProvisionStep {
  const ofPrincipal = (id: string): string => `/servicePrincipals/${id}/claimsMappingPolicies`;
  const toReference = (policyId: string) => ({
    '@odata.id': `${deps.settings.entra.graph}/v1.0/policies/claimsMappingPolicies/${policyId}`,
  });
  const principalId = `<Object ID of the enterprise application ${appId}>`;
  const policyId = `<id of the claims mapping policy ${displayNameOf(deps)}>`;
  return {
    title: `Claims in tokens of ${appId}`,
    needs: [toTitle(deps)],
    byHand: [
      toPostLine(`${ofPrincipal(principalId)}/$ref`, toReference(policyId), deps),
      'Tokens of the application lose the claims that are set in the console under Attributes & Claims.',
    ],
    async inspect(): Promise<StepStatus> {
      const principal = await findServicePrincipal(appId, deps);
      if (principal === null) {
        return blocked(`This tenant has no application with the client id ${appId}`, 'Correct entra.hooks.clientApps');
      }
      const [assigned] = await deps.graph.list(policyGuard, ofPrincipal(principal.id));
      if (assigned === undefined) return missing(assignment);
      const lacking = lackingIn(assigned);
      if (lacking.length === 0) return { state: 'ready' };
      return blocked(
        `It has another claims mapping policy, "${assigned.displayName ?? assigned.id}", and there is room for one`,
        `Add to the ClaimsSchema of that policy: ${JSON.stringify(lacking)}`,
      );
    },
    async apply() {
      const principal = required(await findServicePrincipal(appId, deps), `the service principal of ${appId}`);
      const policy = required(await findPolicy(deps), 'our claims mapping policy');
      await deps.graph.create(anything, `${ofPrincipal(principal.id)}/$ref`, toReference(policy.id));
    },
  };
}

/**
 * Creates the step that lets an application accept mapped claims; otherwise sign-ins fail with AADSTS50146. A
 * multitenant application must have its own signing key instead, or any tenant could forge its claims.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-tokenissuancestart-configuration
 */
export function createMappedClaimsStep(appId: string, deps: EntraProvisionDeps): ProvisionStep {
  const needed = { acceptMappedClaims: true, requestedAccessTokenVersion: 2 } as const;
  const ofOthers = [
    'The application is used by other tenants, or registered in one.',
    'Set api.requestedAccessTokenVersion to 2 where it is registered.',
    'Give its service principal here a signing key of its own: https://learn.microsoft.com/en-us/entra/identity-platform/jwt-claims-customization#validate-token-signing-key',
  ];
  return {
    title: `Mapped claims accepted by ${appId}`,
    byHand: [
      `${toApplicationPage(appId)} > Manifest. Set in api: ${JSON.stringify(needed)}`,
      'Do not set acceptMappedClaims in this case:',
      ...ofOthers,
    ],
    async inspect() {
      const application = await findApplication(appId, deps);
      const { acceptMappedClaims, requestedAccessTokenVersion } = application?.api ?? {};
      const changes = [
        ...(acceptMappedClaims === true ? [] : ['set api.acceptMappedClaims of the application to true']),
        ...(requestedAccessTokenVersion === 2 ? [] : ['set its api.requestedAccessTokenVersion to 2']),
      ];
      if (changes.length === 0) return { state: 'ready' };
      if (application?.signInAudience === 'AzureADMyOrg') return { state: 'different', changes };
      return inConsole(...ofOthers);
    },
    async apply() {
      const application = required(await findApplication(appId, deps), `the application ${appId}`);
      await deps.graph.change(`/applications/${application.id}`, { api: needed });
    },
  };
}
