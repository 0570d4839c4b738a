import type { Clock, Fetch, Log, Random } from '../src/core/ports.js';

/** How one thing stands that the provider needs for a connection to work. Every text is for an administrator. */
export type StepStatus =
  /** There, and as it should be. */
  | { readonly state: 'ready' }
  /** Absent, or ours and not as it should be. `changes` says what `apply` will do, one line each. */
  | { readonly state: 'missing' | 'different'; readonly changes: readonly string[] }
  /** Something that is not ours is in the way. It is never overwritten. */
  | { readonly state: 'blocked'; readonly reason: string; readonly remedy: string }
  /** Only the provider's console can do it, or see it. */
  | { readonly state: 'manual'; readonly instructions: readonly string[] };

/** One thing the provider needs: an attribute, a hook, an attachment. */
export interface ProvisionStep {
  readonly title: string;
  /** Changes nothing. What an earlier step has still to create counts as missing. @throws FaceError */
  inspect(): Promise<StepStatus>;
  /**
   * Does what `inspect` said; called where it is missing or different. Afterwards `inspect` says `ready`. What it does not
   * own stays as it is.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  apply(): Promise<void>;
}

/** What a check found. `remedy` says what to do where something is wrong. */
export interface Finding {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'manual';
  readonly found: string;
  readonly remedy: string | null;
}

/** One link of a connection, held against what it should be. */
export interface Check {
  readonly title: string;
  /** Changes nothing. @throws FaceError */
  run(): Promise<Finding>;
}

/** What sets a connection up at its provider, and what tells how it stands. Both in the order to be taken. */
export interface Provisioning {
  readonly steps: readonly ProvisionStep[];
  readonly checks: readonly Check[];
}

/** What provisioning is made of. */
export interface ProvisionDeps<Settings> {
  readonly settings: Settings;
  /** Where the provider reaches this server, without a slash at the end. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}
