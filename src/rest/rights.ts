/** What an administrator may be allowed to do. */
export const rights = [
  /** Register applications, issue client tokens, name administrators. */
  'configure',
  /** Rotate keys, revoke and erase, clear lockouts. */
  'operate',
  /** Read the usage figures, lists of people and the log, and export what is held of a person. */
  'audit',
  /** Help one user: invite to enrol, end an enrolment, clear a lockout. */
  'assist',
  /** See the figures of every connection, and one person with what happened to them. */
  'view',
  /** Ask for applications, and look after one's own: whoever signed in at the company's provider, and no key. */
  'develop',
] as const;
export type Right = (typeof rights)[number];

/** What the holder of an administrator's key may be. */
export const roles = ['owner', 'operator', 'auditor', 'help-desk'] as const;
export type Role = (typeof roles)[number];

/** What somebody may be who signed in at the company's provider: no key makes a developer. */
export const signedInRoles = [...roles, 'developer'] as const;
export type SignedInRole = (typeof signedInRoles)[number];

/** What each role holds. */
export const rightsByRole = {
  owner: ['configure', 'operate', 'audit', 'assist', 'view', 'develop'],
  operator: ['operate', 'assist', 'view', 'develop'],
  auditor: ['audit', 'view', 'develop'],
  'help-desk': ['assist', 'view', 'develop'],
  developer: ['develop'],
} as const satisfies Record<SignedInRole, readonly Right[]>;

/** Whoever holds an administrator's key, or signed in at the company's provider. */
export interface Administrator {
  /** Tells administrators apart: made of the id of the key, or of issuer and subject of the sign-in. A person with both is two. */
  readonly id: string;
  /** Stands in the audit trail beside what was done. That of a sign-in ends with the beginning of its id, as people can change their login. */
  readonly name: string;
  readonly role: SignedInRole;
  readonly means: 'key' | 'sign_in';
}

/** The id of an administrator's key, as an administrator. */
export const idOfKey = (keyId: string): string => `key:${keyId}`;

/** Whether an administrator holds a right. */
export const holds = ({ role }: Pick<Administrator, 'role'>, right: Right): boolean =>
  rightsByRole[role].some((held) => held === right);
