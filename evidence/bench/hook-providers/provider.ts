import type { JsonObject } from '../../../src/base/json.js';
import type { State } from '../../../src/core/ports.js';
import { audienceOf } from '../../../src/core/receipt.js';
import { recordPassedStepUp } from '../../../src/core/step-up/passed-step-up.js';
import { epochMs, toIso } from '../../../src/core/units.js';
import { createSqliteState } from '../../../src/state/sqlite.js';
import type { HookLoad } from '../hook-load.js';

export const benchPublicUrl = 'https://face.example.com';

/** Returns true for about every second person, in an irregular order. */
export const isPassed = (n: number): boolean => ((Math.imul(n, 2_654_435_761) >>> 16) & 1) === 1;

export type SignReceipt = (claims: JsonObject) => Promise<string>;

export interface ProviderLoad extends HookLoad {
  readonly grantedText: string;
  /** Returns the headers of a body, if these depend on the body. */
  readonly sign?: (body: string) => Readonly<Record<string, string>>;
  /** Person of whom the call carries a receipt. */
  readonly receiptSubject?: (n: number) => string;
  /** Creates the calls just before they are sent, because receipts expire. */
  readonly prepare?: (count: number, sign: SignReceipt) => Promise<void>;
}

export interface BenchProvider {
  readonly connection: { readonly id: string; readonly kind: string; readonly [setting: string]: unknown };
  readonly env: Readonly<Record<string, string>>;
  subjects(n: number): readonly string[];
  loads(serverUrl: string): readonly ProviderLoad[];
  close(): Promise<void>;
}

export const systemClock = { now: () => epochMs(Date.now()) };

export const nowIso = (): string => toIso(systemClock.now());

export const freshnessSec = 86_400;

/** Opens the state before the server starts, without syncing each write to disk. */
export function openQuickState(file: string): State {
  const state = createSqliteState({ file, clock: systemClock });
  return { ...state, write: (key, value, options) => state.write(key, value, { ...options, mayBeLost: true }) };
}

export async function notePasses(
  state: State,
  { connection, subjects }: Pick<BenchProvider, 'connection' | 'subjects'>,
  count: number,
): Promise<void> {
  for (let n = 0; n < count; n++) {
    if (!isPassed(n)) continue;
    const result = {
      ...{ stepUpId: `step-up-${n}`, passedAt: systemClock.now(), liveness: 0.9, presence: 'movement-1' },
      ...{ anotherWay: false, signIn: { application: null, address: null } },
    };
    for (const subject of subjects(n))
      await recordPassedStepUp({ connection: connection.id, subject }, result, { freshnessSec }, { state });
  }
}

export function createReceipts(connection: string, toSubject: (n: number) => string) {
  const receipts: string[] = [];
  return {
    of: (n: number): string => receipts[n] ?? '',
    async prepare(count: number, sign: SignReceipt): Promise<void> {
      const iat = Math.floor(Date.now() / 1000);
      for (let n = 0; n < count; n++) {
        const claims = {
          iss: benchPublicUrl,
          aud: audienceOf(benchPublicUrl, { id: connection }),
          sub: toSubject(n),
          iat,
          exp: iat + 120,
          jti: `${connection}-${n}`,
          connection: 'api:default',
          txn: `step-up-${n}`,
          auth_time: iat,
          liveness: 0.9,
        };
        receipts[n] = isPassed(n) ? await sign(claims) : 'none';
      }
    },
  };
}
