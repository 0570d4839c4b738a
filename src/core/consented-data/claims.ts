/**
 * The scopes of OpenID Connect that ask for data of a person, and the claims each stands for (Core, section 5.4), less
 * `updated_at`: no provider tells it of the claims by themselves.
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

/** A scope that asks for data of a person. */
export type DataScope = keyof typeof claimsOfScope;

export const isDataScope = (scope: string): scope is DataScope => Object.hasOwn(claimsOfScope, scope);

/** Every standard claim about a person that can be told. */
export const standardClaims = Object.values(claimsOfScope).flat();

/** A standard claim about a person. */
export type StandardClaim = (typeof standardClaims)[number];

export const isStandardClaim = (name: string): name is StandardClaim => standardClaims.some((each) => each === name);

/** Members of the claim `address` (Core, section 5.1.1). */
export const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'] as const;

/** A member of the claim `address`. */
export type AddressMember = (typeof addressMembers)[number];

/** One claim that a client asks for. */
export type AskedClaim = {
  readonly name: string;
  /** Whether the client says that it cannot do without it (Core, section 5.5.1). */
  readonly isEssential: boolean;
};
