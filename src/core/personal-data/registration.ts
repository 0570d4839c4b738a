import type { JsonObject } from '../../base/json.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { Binding, Keys } from '../ports.js';

export interface Forgetting {
  readonly binding: Binding;
  readonly by?: string | undefined;
}

/**
 * Data that one feature stores about a person. Exports, erasures, ends of enrolments and new enrolments iterate over
 * `registry.ts`.
 */
export interface PersonalData {
  /** As in an erasure receipt. */
  readonly part: string;
  /** In the state store; `*` is any text. */
  readonly keys: readonly string[];
  /** Reads it as an export returns it, by field name; `null`: not part of an export. */
  readonly read:
    | ((who: SubjectRef, deps: CoreDeps & { readonly keys: Keys }, binding: Binding) => Promise<JsonObject>)
    | null;
  /**
   * First event that ends it; later ones in this list do too.
   * - `enrolment`: the person enrols again
   * - `revocation`: the enrolment ends
   * - `erasure`: an erasure, before anything that needs the provider
   * - `erasure_last`: an erasure, once the enrolment has ended
   */
  readonly endedBy: 'enrolment' | 'revocation' | 'erasure' | 'erasure_last';
  /** Idempotent. @throws `state_unavailable` */
  readonly forget: (who: SubjectRef, deps: CoreDeps, forgetting: Forgetting) => Promise<unknown>;
}
