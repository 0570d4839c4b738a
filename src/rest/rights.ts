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
] as const;
export type Right = (typeof rights)[number];

export const roles = ['owner', 'operator', 'auditor', 'help-desk'] as const;
export type Role = (typeof roles)[number];

/** What each role holds. */
export const rightsByRole = {
  owner: ['configure', 'operate', 'audit', 'assist', 'view'],
  operator: ['operate', 'assist', 'view'],
  auditor: ['audit', 'view'],
  'help-desk': ['assist', 'view'],
} as const satisfies Record<Role, readonly Right[]>;

/** Whoever holds an administrator's key. */
export interface Administrator {
  /** Stands in the audit trail beside what was done. */
  readonly name: string;
  readonly role: Role;
}

/** Whether an administrator holds a right. */
export const holds = ({ role }: Pick<Administrator, 'role'>, right: Right): boolean =>
  rightsByRole[role].some((held) => held === right);
