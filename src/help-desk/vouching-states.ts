export const vouchingStates = ['waiting', 'opened', 'checking', 'passed', 'refused', 'failed', 'expired'] as const;
export type VouchingState = (typeof vouchingStates)[number];
