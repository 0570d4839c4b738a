/**
 * Claims of each scope (OpenID Connect Core, section 5.4), without `updated_at`, because providers have no time of
 * update for single claims.
 */
export const claimsOfScope = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
} as const;

export type DataScope = keyof typeof claimsOfScope;

export const isDataScope = (scope: string): scope is DataScope => Object.hasOwn(claimsOfScope, scope);

export const standardClaims = Object.values(claimsOfScope).flat();

export type StandardClaim = (typeof standardClaims)[number];

export const isStandardClaim = (name: string): name is StandardClaim => standardClaims.some((each) => each === name);

export const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'] as const;

export type RequestedClaim = {
  readonly name: string;
  /** True for an essential claim (OpenID Connect Core, section 5.5.1). */
  readonly isEssential: boolean;
};
