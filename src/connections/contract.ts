/** Statements about providers that an owner can compare with a tenant. docs/contracts.md has the details and sources. */
export const contractStates = {
  permissions: 'The documented permissions suffice to read every object of provisioning.',
  attribute: 'The attribute holds 256 characters unchanged.',
  hook_registered: 'The objects of provisioning are at the provider as configured.',
  hook_called: 'The provider calls the hook at a sign-in, and the decision is made in time.',
  hook_refuses: 'The provider refuses a sign-in that the hook refuses.',
  hook_accepts: 'The hook accepts a sign-in after a face check.',
  claim: 'A token of a sign-in after a face check has the claim.',
  groups: 'The groups of a user can be read.',
  photo: 'The photo of a user can be read.',
  events: 'The event hook is verified and active.',
  recovery: 'A recovery credential can be issued, and expires or ends when it is revoked.',
} as const;
export type ContractLine = keyof typeof contractStates;

export const isContractLine = (line: string): line is ContractLine => Object.hasOwn(contractStates, line);

/** Parts of the contract that not every provider has. `null` if this one has no such part. */
export interface Contract {
  /** Hook that decides sign-ins, as the decision log names it. */
  readonly signInHook: string | null;
  /** Hook that reports deactivated users. */
  readonly eventHook: string | null;
  /** Claim of tokens after a face check, and the text in it that says so. */
  readonly claim: { readonly name: string; readonly says: string } | null;
}
