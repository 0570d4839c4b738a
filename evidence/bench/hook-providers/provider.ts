import type { JsonObject } from '../../../src/base/json.js';
import type { State } from '../../../src/core/ports.js';
import { audienceOf } from '../../../src/core/receipt.js';
import { recordPassedStepUp } from '../../../src/core/step-up/passed-step-up.js';
import { epochMs, toIso } from '../../../src/core/units.js';
import { createSqliteState } from '../../../src/state/sqlite.js';
import type { HookLoad } from '../hook-load.js';

/** Where the benchmark's server says it is reached. */
export const benchPublicUrl = 'https://face.example.com';

/** About every second, without a pattern that the order of the calls could share: the n-th person has passed a check. */
export const isPassed = (n: number): boolean => ((Math.imul(n, 2_654_435_761) >>> 16) & 1) === 1;

/** Signs as the server does: it finds the same key in its data folder. */
export type SignReceipt = (claims: JsonObject) => Promise<string>;

/** The load of one hook, and what tells its answers apart. */
export interface ProviderLoad extends HookLoad {
  /** In every answer that grants, and in no other. */
  readonly grantedText: string;
  /** Makes what the calls carry, just before they are sent: receipts do not keep. */
  readonly prepare?: (count: number, sign: SignReceipt) => Promise<void>;
}

/** One provider of the hooks' benchmark: a connection, and the calls its hooks are sent. */
export interface BenchProvider {
  /** One entry of `connections` in the configuration. */
  readonly connection: { readonly id: string; readonly kind: string; readonly [setting: string]: unknown };
  /** Added to the server's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The n-th subject of each hook that asks for a noted pass. */
  subjects(n: number): readonly string[];
  loads(serverUrl: string): readonly ProviderLoad[];
  close(): Promise<void>;
}

export const systemClock = { now: () => epochMs(Date.now()) };

export const nowIso = (): string => toIso(systemClock.now());

/** Freshness of a noted pass, in seconds: longer than any measurement. */
export const freshnessSec = 86_400;

/** Opens the state of a server before it starts. Writes do not wait for the disk: there are tens of thousands. */
export function openQuickState(file: string): State {
  const state = createSqliteState({ file, clock: systemClock });
  return { ...state, write: (key, value, options) => state.write(key, value, { ...options, mayBeLost: true }) };
}

/** Notes a passed step-up of about every second subject, as if it had happened before the server started. */
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

/** Receipts for the hooks of a connection: the n-th is of the n-th person, or no receipt where that one has not passed. */
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
