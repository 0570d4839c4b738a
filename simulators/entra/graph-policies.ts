import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { GraphContext } from './graph.js';
import { badRequest, parseBody } from './graph-context.js';

const definitionGuard = z.object({
  ClaimsMappingPolicy: z.object({
    Version: z.literal(1),
    IncludeBasicClaimSet: z.enum(['true', 'false']),
    ClaimsSchema: z.array(
      z.object({ Source: z.string().optional(), ID: z.string().optional(), JwtClaimType: z.string().optional() }),
    ),
  }),
});

const policyGuard = z.strictObject({
  displayName: z.string().min(1),
  isOrganizationDefault: z.boolean().default(false),
  /** An array with one JSON text. */
  definition: z.array(z.string()).length(1),
});

export type ClaimsMappingPolicy = z.output<typeof policyGuard> & { readonly id: string };

/** Returns the name of each claim in the token, by its name in the extension's reply. */
export function mappedClaims({ definition }: ClaimsMappingPolicy): Map<string, string> {
  const { ClaimsSchema } = parseDefinition(definition);
  const mapped = ClaimsSchema.flatMap(({ Source, ID, JwtClaimType }) =>
    Source === 'CustomClaimsProvider' && ID !== undefined ? [[ID, JwtClaimType ?? ID] as const] : [],
  );
  return new Map(mapped);
}

function parseDefinition([text = '']: readonly string[]) {
  try {
    return definitionGuard.parse(JSON.parse(text)).ClaimsMappingPolicy;
  } catch {
    throw badRequest('The policy definition is not valid.');
  }
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/claimsmappingpolicy */
export function createPoliciesApi({
  cloud,
  tenantOf,
  requireRole,
  sendList,
  sendCreated,
  findShown,
}: GraphContext): Router {
  const router = Router();
  const write = requireRole('Policy.ReadWrite.ApplicationConfiguration');

  router.get('/policies/claimsMappingPolicies', write, (request, response) => {
    sendList(request, response, [...tenantOf(response).policies.values()]);
  });
  router.post('/policies/claimsMappingPolicies', write, (request, response) => {
    const policy = { id: randomUUID(), ...parseBody(policyGuard, request.body, 'Invalid policy.') };
    parseDefinition(policy.definition);
    tenantOf(response).policies.set(policy.id, policy);
    sendCreated(response, policy);
  });
  router.patch('/policies/claimsMappingPolicies/:id', write, (request, response) => {
    const policy = findShown(tenantOf(response).policies, request.params.id);
    const changes = parseBody(policyGuard.partial(), request.body, 'Invalid policy.');
    if (changes.definition !== undefined) parseDefinition(changes.definition);
    Object.assign(policy, changes);
    response.status(204).end();
  });
  router.get('/servicePrincipals/:id/claimsMappingPolicies', write, (request, response) => {
    const { servicePrincipals, policies } = tenantOf(response);
    const { claimsMappingPolicyIds } = findShown(servicePrincipals, request.params.id);
    const assigned = [...claimsMappingPolicyIds].map((id) => findShown(policies, id));
    sendList(request, response, assigned);
  });
  router.post('/servicePrincipals/:id/claimsMappingPolicies/$ref', write, (request, response) => {
    const tenant = tenantOf(response);
    const principal = findShown(tenant.servicePrincipals, request.params.id);
    const reference = z.strictObject({ '@odata.id': z.string() }).parse(request.body)['@odata.id'];
    const prefix = `${cloud.url}/v1.0/policies/claimsMappingPolicies/`;
    if (!reference.startsWith(prefix)) throw badRequest('Invalid reference.');
    // A service principal can have one policy of a kind.
    if (principal.claimsMappingPolicyIds.size > 0) {
      throw badRequest('A policy of this type is already assigned to the service principal.');
    }
    principal.claimsMappingPolicyIds.add(findShown(tenant.policies, reference.slice(prefix.length)).id);
    response.status(204).end();
  });
  return router;
}
