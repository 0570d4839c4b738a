import type { Connection, FindGroupIds, Policy, SignInRules } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { keptNetworkOf } from '../core/networks.js';
import { withTimeout } from '../core/resilience.js';
import { evaluateRules, orderRules, type SignInFacts } from '../core/rules/evaluate.js';
import { createFindNetworks } from '../core/rules/named-networks.js';
import { createReadGroups, type NamedGroups } from '../core/rules/read-groups.js';
import { findNeededConditions, needsPlaces } from '../core/rules/rule.js';
import { type SignIn, type SignInTerms, toTerms } from '../core/rules/sign-in-terms.js';
import { FaceError, toCode } from '../errors.js';
import { comparePlace } from '../notifications/known-places.js';

const millisecondsPerHour = 3_600_000;

/** Time limit of reading groups in milliseconds, within the time of every hook. */
const groupsTimeoutMs = 800;

type RuledConnection = Pick<Connection, 'id' | 'policy' | 'profile'> & { readonly findGroupIds: FindGroupIds };

/** Facts that are looked up about a person. */
type PersonFacts = Pick<SignInFacts, 'groups' | 'absentGroups' | 'isNewNetwork' | 'isNewBrowser' | 'hoursSinceCheck'>;

const noPersonFacts: PersonFacts = { groups: null, isNewNetwork: null, isNewBrowser: null, hoursSinceCheck: null };

/** Creates a function that gathers facts about a person. It looks a person up only after the first factor. */
function createGatherFacts(
  { id, policy, profile, findGroupIds }: RuledConnection,
  deps: Ports<'state' | 'clock' | 'keys' | 'log'>,
): (signIn: SignIn) => Promise<PersonFacts> {
  const needed = findNeededConditions(policy.rules);
  const names = policy.rules.flatMap(({ when }) => when.groups ?? []);
  const readGroups = createReadGroups({ profile, names, findGroupIds }, deps);
  const comparesPlaces = needsPlaces(policy.rules);

  const toUnknown = (error: unknown): null => {
    deps.log.warn('cannot read a fact about a sign-in', { connection: id, code: toCode(error) });
    return null;
  };

  const readKnownGroups = ({ subject }: SignIn): Promise<NamedGroups> =>
    withTimeout(readGroups(subject), groupsTimeoutMs, () => {
      throw new FaceError('profile_unavailable', { reason: 'timeout' });
    });

  const comparePlaces = async ({ subject, address, browser }: SignIn) => {
    const network = address === null ? null : keptNetworkOf(address);
    const device = browser?.cookie ?? null;
    const found = await comparePlace({ connection: id, subject }, { device, network, before: null }, deps);
    const sinceMs = found.lastCheckAt === null ? Number.POSITIVE_INFINITY : deps.clock.now() - found.lastCheckAt;
    // A browser without the cookie has not passed a check.
    const isNewBrowser = browser === null ? null : (found.isNewDevice ?? true);
    return { isNewNetwork: found.isNewNetwork, isNewBrowser, hoursSinceCheck: sinceMs / millisecondsPerHour };
  };

  return async (signIn) => {
    if (!signIn.isAfterFirstFactor) return noPersonFacts;
    const [named, places] = await Promise.all([
      needed.has('groups') ? readKnownGroups(signIn).catch(toUnknown) : null,
      comparesPlaces ? comparePlaces(signIn).catch(toUnknown) : null,
    ]);
    return {
      groups: named?.groups ?? null,
      absentGroups: named?.absentGroups ?? new Set(),
      isNewNetwork: places?.isNewNetwork ?? null,
      isNewBrowser: places?.isNewBrowser ?? null,
      hoursSinceCheck: places?.hoursSinceCheck ?? null,
    };
  };
}

/** Creates the functions that find what a sign-in needs by the rules of a connection. */
export function createSignInRules(
  connection: RuledConnection,
  deps: Ports<'state' | 'clock' | 'keys' | 'log'>,
): SignInRules {
  const { policy } = connection;
  const findNetworks = createFindNetworks(policy.networks);
  const gather = createGatherFacts(connection, deps);
  const rules = orderRules(policy.rules);
  const toFacts = ({ application, address, device }: SignIn, about: PersonFacts): SignInFacts => ({
    application,
    networks: address === null ? null : findNetworks(address),
    device,
    ...about,
  });
  const decide = (facts: SignInFacts): SignInTerms<Policy> => toTerms(policy, evaluateRules(rules, facts), facts);
  return {
    evaluate: async (signIn) => decide(toFacts(signIn, await gather(signIn))),
    evaluateInOutage: (signIn) => decide(toFacts(signIn, noPersonFacts)),
  };
}
