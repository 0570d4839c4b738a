import type { StateConfig } from '../config/state.js';
import type { Clock, State } from '../core/ports.js';
import { createSqliteState } from './sqlite.js';

/**
 * The configured state store.
 * @param deps.file - of the embedded store; its folder exists
 * @throws FaceError `state_unavailable`
 */
export async function openState(
  config: StateConfig,
  { file, clock }: { readonly file: string; readonly clock: Clock },
): Promise<State> {
  switch (config.kind) {
    case 'sqlite':
      return createSqliteState({ file, clock });
  }
}
