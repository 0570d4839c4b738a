import type { JsonObject } from '../base/json.js';
import { bindingOf, type ConnectedSubject, type SubjectRef, toSubjectRef } from './connection.js';
import type { Ports } from './deps.js';
import type { Binding } from './ports.js';

export interface Forgetting {
  readonly binding: Binding;
  readonly by?: string | undefined;
}

/**
 * Data that one feature stores about a person. `personal-data/registry.ts` lists all features, so that exports, erasures and changes
 * of enrolments include them.
 */
export interface PersonalData {
  /** Name in erasure receipts. */
  readonly part: string;
  /** Keys in the state store. `*` stands for any text. */
  readonly keys: readonly string[];
  /** Reads the data for an export, by field name. `null` if the data is not exported. */
  readonly read:
    | ((who: SubjectRef, deps: Ports<'state' | 'clock' | 'keys'>, binding: Binding) => Promise<JsonObject>)
    | null;
  /**
   * First event that deletes the data. Events further down in this list delete it too.
   * - `enrolment`: the person enrols again
   * - `revocation`: the enrolment ends
   * - `erasure`: an erasure, before anything that needs the provider
   * - `erasure_last`: an erasure, after the enrolment has ended
   */
  readonly endedBy: 'enrolment' | 'revocation' | 'erasure' | 'erasure_last';
  readonly forget: (
    who: SubjectRef,
    deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
    forgetting: Forgetting,
  ) => Promise<unknown>;
}

/** Deletes the data of all features whose `endedBy` is one of these events. */
export async function forgetPersonalData(
  request: ConnectedSubject & { readonly by?: string | undefined },
  events: readonly PersonalData['endedBy'][],
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
): Promise<void> {
  const { connection, subject, by } = request;
  const forgetting = { binding: bindingOf(connection, subject), by };
  for (const { endedBy, forget } of deps.settings.personalData)
    if (events.includes(endedBy)) await forget(toSubjectRef(request), deps, forgetting);
}
