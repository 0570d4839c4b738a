import { z } from 'zod';
import type { ConnectionConfig } from '../../config/connection.js';
import type { SectionProblem, SharedConfig } from '../../config/load.js';
import { type Check, type Finding, pass, warn } from '../../connections/provisioning.js';
import type { Policy } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { vendorPolicyOf } from '../../core/liveness-policy.js';
import type { LivenessVendors } from '../../core/ports.js';
import { awsLivenessGuard } from './aws/config.js';
import { createAwsLiveness } from './aws/vendor.js';

/*
 * Vendors of liveness checks. A vendor is a folder, a row in both functions here, and a row in
 * web/capture/vendors/index.ts. See docs/liveness-vendors.md.
 */

export const sections = {
  liveness: z
    .strictObject({
      aws: awsLivenessGuard.nullable().default(null).describe('Amazon Rekognition Face Liveness. `null`: not used.'),
    })
    .prefault({})
    .describe('Vendors of liveness checks, for `policy.liveness` of a connection. See docs/liveness-vendors.md.'),
};

export type LivenessSettings = z.output<z.ZodObject<typeof sections>>['liveness'];

/** @param ports - returns the ports since the last reload */
export function createVendors({ aws }: LivenessSettings, ports: () => Ports<'clock' | 'random'>): LivenessVendors {
  const vendors = aws === null ? [] : [createAwsLiveness(aws, ports)];
  return new Map(vendors.map((vendor) => [vendor.name, vendor]));
}

/** The highest level at which one picture is enough to enrol. A vendor returns one. */
const highestAccuracy = 5;

/** Finds connections that need a vendor which is not configured, or more pictures than it returns. */
export function findVendorProblems(
  { liveness }: { readonly liveness: LivenessSettings },
  { connections }: SharedConfig,
): readonly SectionProblem[] {
  const configured = Object.entries(liveness).flatMap(([name, settings]) => (settings === null ? [] : [name]));
  return connections.flatMap(({ policy }, at) => {
    const wanted = findWanted(policy);
    const path = ['connections', String(at), 'policy'];
    const unknown = wanted
      .filter(({ vendor }) => !configured.includes(vendor))
      .map(({ rule }) => ({
        path: [...path, ...(rule === null ? [] : ['rules', String(rule)]), 'liveness', 'vendor'],
        reason: 'expected the name of a vendor that "liveness" has',
      }));
    if (unknown.length > 0 || wanted.length === 0 || policy.accuracy <= highestAccuracy) return unknown;
    return [
      {
        path: [...path, 'accuracy'],
        reason: `expected at most ${highestAccuracy}, as a vendor of "liveness" returns one picture: higher levels need three to enrol`,
      },
    ];
  });
}

/** Finds the vendors that a policy and its rules name. `rule` is the index of the rule, or `null` for the policy. */
function findWanted(policy: Pick<Policy, 'liveness' | 'rules'>) {
  const settings = [
    { rule: null, liveness: policy.liveness },
    ...policy.rules.flatMap(({ liveness }, rule) => (liveness === undefined ? [] : [{ rule, liveness }])),
  ];
  return settings.flatMap(({ rule, liveness }) => {
    const wanted = vendorPolicyOf({ liveness });
    return wanted === null ? [] : [{ rule, vendor: wanted.vendor, fallback: wanted.fallback }];
  });
}

/** Creates the check that tries the vendor of a connection, or of its rules. */
export function createVendorChecks(
  { liveness }: { readonly liveness: LivenessSettings },
  { policy }: Pick<ConnectionConfig, 'policy'>,
  deps: Ports<'clock' | 'random'>,
): readonly Check[] {
  const wanted = findWanted(policy);
  const vendors = [...createVendors(liveness, () => deps).values()];
  return vendors.flatMap((vendor) => {
    const fallbacks = wanted.filter((each) => each.vendor === vendor.name).map(({ fallback }) => fallback);
    if (fallbacks.length === 0) return [];
    const run = async (): Promise<Finding> => {
      await vendor.probe();
      const found = `${vendor.name} answers, and lets this server read results. Opening a session was not tried, as it may cost money`;
      if (!fallbacks.includes('movement')) return pass(found);
      return warn(
        `${found}. While it fails, the own check of movements takes its place, which is not certified`,
        'Set the "fallback" of policy.liveness and of rules to "none" if each check has to be certified.',
      );
    };
    return [{ title: 'Liveness vendor', run }];
  });
}
