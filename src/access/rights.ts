export const rights = [
  /** Register applications, issue client tokens, add administrators. */
  'configure',
  /** Rotate keys, revoke and erase enrolments, clear lockouts. */
  'operate',
  /** Read usage, lists of users and the log, and export a user's data. */
  'audit',
  /** Help one user: invite to enrol, end an enrolment, clear a lockout. */
  'assist',
  /** See the figures of connections, and single users with their events. */
  'view',
  /** Request and own applications. Only single sign-on users have this right, not API keys. */
  'develop',
] as const;
export type Right = (typeof rights)[number];

/** In this order: a person who signs in with groups of several roles gets the first. */
export const roles = ['owner', 'operator', 'auditor', 'help-desk'] as const;
export type Role = (typeof roles)[number];

/** An API key cannot have the role `developer`. */
export const signedInRoles = [...roles, 'developer'] as const;
export type SignedInRole = (typeof signedInRoles)[number];

export const rightsByRole = {
  owner: ['configure', 'operate', 'audit', 'assist', 'view', 'develop'],
  operator: ['operate', 'assist', 'view', 'develop'],
  auditor: ['audit', 'view', 'develop'],
  'help-desk': ['assist', 'view', 'develop'],
  developer: ['develop'],
} as const satisfies Record<SignedInRole, readonly Right[]>;

export interface Administrator {
  /**
   * Unique id derived from the API key, or from issuer and subject of the sign-in. A person who uses both has two ids.
   */
  readonly id: string;
  /**
   * Display name. For single sign-on users it ends with a part of the id, because these users can change their login.
   */
  readonly name: string;
  readonly role: SignedInRole;
  readonly means: 'key' | 'sign_in';
}

export const idOfKey = (keyId: string): string => `key:${keyId}`;

export const hasRight = ({ role }: Pick<Administrator, 'role'>, right: Right): boolean =>
  rightsByRole[role].some((held) => held === right);
