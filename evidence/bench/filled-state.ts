import type { State } from '../../src/core/ports.js';
import { recordPassedStepUp } from '../../src/step-up/passed-step-up.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { systemClock } from '../../support/fakes/keys.js';
import { freshnessSec, type HookProvider, isPassed } from './hook-providers.js';

/* State stores that a benchmark fills before the server starts. */

/** Opens an SQLite state that does not sync each write to disk. */
export function openQuickState(file: string): State {
  const state = createSqliteState({ file, clock: systemClock });
  return { ...state, write: (key, value, options) => state.write(key, value, { ...options, relaxedDurability: true }) };
}

export async function notePasses(
  state: State,
  { connection, subjects }: Pick<HookProvider, 'connection' | 'subjects'>,
  count: number,
): Promise<void> {
  for (let n = 0; n < count; n++) {
    if (!isPassed(n)) continue;
    const result = {
      stepUpId: `step-up-${n}`,
      passedAt: systemClock.now(),
      liveness: 0.9,
      presence: 'movement-1',
      methods: ['face'] as const,
      judgedBy: 'challenge' as const,
      signIn: { application: null, address: null },
    };
    for (const subject of subjects(n))
      await recordPassedStepUp({ connection: connection.id, subject }, result, { freshnessSec }, { state });
  }
}
