import type { Census } from '../../connections/census.js';
import { type Finding, pass, warn } from '../../connections/provisioning.js';
import type { Policy } from '../../core/connection.js';

export type CensusPolicy = Pick<Policy, 'mode' | 'whenNotEnrolled'>;

/** Describes how many users are enrolled, and what happens to users who are not. */
export function toCensusFinding(census: Census, policy: CensusPolicy, foreign = 0): Finding {
  const finding = toCountFinding(census, policy);
  if (foreign === 0) return finding;
  return warn(
    `${finding.found}. ${toUsers(foreign)} of these ${foreign === 1 ? 'holds' : 'hold'} a token that was not made for this user and opens for no face`,
    'Enrol them with POST /enrolments or an invitation, never with POST /generate: docs/facenition.md.',
  );
}

function toCountFinding(census: Census, { mode, whenNotEnrolled }: CensusPolicy): Finding {
  const others = census.users - census.enrolled;
  const found = `enrolled ${toCounts(census)}`;
  if (others === 0) return pass(found);
  const whom = `${census.isComplete ? '' : 'at least '}${toUsers(others)}`;
  const isRefused = mode === 'enforce' ? `${others === 1 ? 'is' : 'are'} refused` : 'would be refused';
  const where = whenNotEnrolled === 'enrol' ? ', except where the provider proves who they are: there they enrol' : '';
  const condition = mode === 'enforce' ? '' : ' if policy.mode were enforce';
  return {
    verdict: mode === 'enforce' ? 'warn' : 'pass',
    found: `${found}; ${whom} ${isRefused}${condition}${where}`,
    remedy:
      mode === 'enforce' ? 'Invite them (POST /invitations), or set policy.mode to "shadow" until they are.' : null,
  };
}

const toCounts = ({ users, enrolled, isComplete }: Census): string =>
  isComplete
    ? `${enrolled.toLocaleString('en')} of ${toUsers(users)}`
    : `${enrolled.toLocaleString('en')} of the first ${toUsers(users)}, and there are more`;

const toUsers = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'user' : 'users'}`;
