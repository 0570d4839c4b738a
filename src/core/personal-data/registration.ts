import type { JsonObject } from '../../base/json.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { Binding, Keys } from '../ports.js';

export interface Forgetting {
  readonly binding: Binding;
  readonly by?: string | undefined;
}

/**
 * Data that one feature stores about a person. `registry.ts` lists every registration; an export, an erasure, the end of an
 * enrolment and a new enrolment iterate over that list.
 */
export interface PersonalData {
  /** Name in the receipt of an erasure. */
  readonly part: string;
  /** Its keys in the state store; `*` is any text. */
  readonly keys: readonly string[];
  /** Reads it as an export returns it, by field name; `null`: not part of an export. */
  readonly read:
    | ((who: SubjectRef, deps: CoreDeps & { readonly keys: Keys }, binding: Binding) => Promise<JsonObject>)
    | null;
  /**
   * The first event that ends it; the events after it in this list end it too.
   * - `enrolment`: the person enrols again
   * - `revocation`: the enrolment ends
   * - `erasure`: an erasure, before anything that needs the provider
   * - `erasure_last`: an erasure, once the enrolment has ended
   */
  readonly endedBy: 'enrolment' | 'revocation' | 'erasure' | 'erasure_last';
  /** Ends it. Ending what has ended succeeds. @throws `state_unavailable` */
  readonly forget: (who: SubjectRef, deps: CoreDeps, forgetting: Forgetting) => Promise<unknown>;
}
