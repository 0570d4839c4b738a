/**
 * Data scopes of OpenID Connect and their claims (Core, section 5.4), without `updated_at`, which no provider returns
 * for single claims.
 */
export const claimsOfScope = {
  profile: [
    ...(['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username'] as const),
    ...(['profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale'] as const),
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
} as const;

/** A scope that requests personal data. */
export type DataScope = keyof typeof claimsOfScope;

export const isDataScope = (scope: string): scope is DataScope => Object.hasOwn(claimsOfScope, scope);

/** All supported standard claims. */
export const standardClaims = Object.values(claimsOfScope).flat();

/** A standard claim about a person. */
export type StandardClaim = (typeof standardClaims)[number];

export const isStandardClaim = (name: string): name is StandardClaim => standardClaims.some((each) => each === name);

/** Members of the claim `address` (Core, section 5.1.1). */
export const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'] as const;

/** A member of the claim `address`. */
export type AddressMember = (typeof addressMembers)[number];

/** A claim that a client requests. */
export type AskedClaim = {
  readonly name: string;
  /** True if the client declares it essential (Core, section 5.5.1). */
  readonly isEssential: boolean;
};
