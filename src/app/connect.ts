import type { ConnectionConfig } from '../config/connection.js';
import type { Adapter } from '../connections/adapter.js';
import { createFindPhoto } from '../connections/company-photo.js';
import { createFindGroupIds } from '../connections/groups.js';
import type { Hooks, ServedHook, ServedHooks } from '../connections/hook.js';
import { makeOnce } from '../core/base/make-once.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import type { Directory, PresentedDocuments } from '../core/ports.js';
import { isRefusing } from '../core/rules/rule.js';
import { waitForTokens } from '../enrolment/written-tokens.js';
import { type FaceErrorCode, refusals, toCode } from '../errors.js';
import { doorPath } from '../home/door-page.js';
import { recordPassedOver } from '../step-up/decide.js';
import { createSignInRules } from '../step-up/evaluate-sign-in.js';
import { createHookCore } from '../step-up/hook-core.js';
import type { ObservePort } from '../telemetry/telemetry.js';

/**
 * Wraps hooks for shadow mode: hooks decide and record their decision, but never block a sign-in. Untrusted callers and
 * test calls are still refused.
 */
function shadowHooks(hooks: ServedHooks, connection: Connection, core: Ports<'audit'>): ServedHooks {
  return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, shadow(name, hook, connection, core)]));
}

/** Returns true for refusals without a sign-in: untrusted callers and test calls. */
const isNoSignIn = (code: FaceErrorCode): boolean => refusals[code].kind === 'caller' || code === 'hook_probed';

function shadow(name: string, hook: ServedHook, connection: Connection, core: Ports<'audit'>): ServedHook {
  const passOver = async (error: unknown): Promise<FaceErrorCode> => {
    const code = toCode(error);
    if (isNoSignIn(code)) throw error;
    await recordPassedOver({ connection, hook: name, code }, core);
    return code;
  };
  return {
    ...hook,
    async admit(head) {
      // Errors of `admit` are not caught here, because nothing must be recorded before the caller is verified.
      const answer = await hook.admit(head);
      return (body) =>
        answer(body).catch(async (error: unknown) => {
          await passOver(error);
          return hook.pass;
        });
    },
    // Called for refusals by `admit` and for earlier ones, such as a body that is too large.
    refuse: (code) => (isNoSignIn(code) ? hook.refuse(code) : hook.pass),
  };
}

/** Creates the connection and its hooks, in the mode of its policy. */
export function connect(
  { id, kind, policy, recovery, me }: Pick<ConnectionConfig, 'id' | 'kind' | 'policy' | 'recovery' | 'me'>,
  adapter: Adapter,
  core: CoreDeps & Ports<'fetch' | 'publicFetch' | 'keys'>,
  observePort: ObservePort,
  documents: PresentedDocuments | null = null,
) {
  const { openStepUpRequest, testOutcomeOf } = adapter;
  const profile = observePort('profile', waitForTokens(id, adapter.profile, core));
  // Without a credential of the provider, a recovery can only end in a receipt. With the mode `off`, credentials that
  // were issued before can still be revoked.
  const isRecoverable = adapter.accountRecovery !== undefined || recovery.returnUrl !== null;
  const openDirectory = createOpenDirectory(adapter);
  const findGroupIds = createFindGroupIds(openDirectory, core);
  // Looked up now, so that the first hook does not wait for them.
  for (const name of [...policy.rules.flatMap(({ when }) => when.groups ?? []), ...recovery.privileged.groups])
    findGroupIds(name).catch(() => {});
  const connection: Connection = {
    id,
    kind,
    policy,
    profile,
    openStepUpRequest,
    testOutcomeOf,
    ownPage: me === null ? undefined : `${core.issuer}${doorPath(id, '', null)}`,
    recovery: isRecoverable ? { policy: recovery, issuer: adapter.accountRecovery ?? null, findGroupIds } : undefined,
    findPhoto: policy.photo === null ? undefined : createFindPhoto(policy.photo, profile, core),
    documents: documents ?? undefined,
    signInRules: policy.rules.length === 0 ? undefined : createSignInRules({ id, policy, profile, findGroupIds }, core),
  };
  const hooks = serveHooks(adapter.hooks, connection, core);
  return {
    connection,
    // Errors before a rule is found are refused if some rule refuses.
    hooks: isRefusing(policy) ? hooks : shadowHooks(hooks, connection, core),
    openDirectory,
  };
}

/** Opens the directory only when needed, because it loads the adapter's provisioning module. */
function createOpenDirectory(adapter: Adapter): () => Promise<Directory> {
  return makeOnce(async () => {
    const { listMembers, searchGroups, registration } = await adapter.createProvisioning();
    if (registration === undefined) return { listMembers, searchGroups, register: null };
    return {
      listMembers,
      searchGroups,
      async register({ subject, login }) {
        const registrant = { id: subject, login };
        if (!(await registration.isRegistered(registrant))) await registration.register(registrant);
      },
    };
  });
}

const serveHooks = (hooks: Hooks, connection: Connection, core: CoreDeps): ServedHooks =>
  Object.fromEntries(
    Object.entries(hooks).map(([hook, { serve, probe: _, sees: _sees, ...terms }]) => {
      const { budgetMs } = terms;
      return [hook, { ...terms, admit: serve(createHookCore({ connection, hook, budgetMs }, core)) }];
    }),
  );
