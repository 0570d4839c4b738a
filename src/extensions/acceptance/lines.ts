import { planSteps, type StepReport } from '../../admin/operations/steps.js';
import type { CliDeps } from '../../cli/deps.js';
import type { Adapter } from '../../connections/adapter.js';
import { createFindPhoto } from '../../connections/company-photo.js';
import type { Contract } from '../../connections/contract.js';
import type { ConfiguredConnection } from '../../connections/setup.js';
import { maxTokenCharacters, owningPhotos, SealedToken } from '../../core/secrets.js';
import { toCode } from '../../errors.js';
import { createPublicFetch } from '../../network/fetch.js';
import type { ReportLine } from './endpoints.js';

/** A tenant that its owner compares with the contract, with one test user. */
export interface Tenant {
  readonly adapter: Adapter;
  readonly contract: Contract;
  readonly connection: ConfiguredConnection;
  readonly subject: string;
  readonly deps: CliDeps;
  /** Asks a person. Returns an empty answer if they stopped the command. */
  ask(question: string): Promise<string>;
  /** Returns true if the administrator agrees to a change. */
  mayChange(what: string): Promise<boolean>;
}

/** Result of a line. It contains no name, id, token or secret. */
export type Seen = Pick<ReportLine, 'result' | 'seen'>;

export const asStated = (seen: string): Seen => ({ result: 'as_stated', seen });
export const differs = (seen: string): Seen => ({ result: 'differs', seen });
export const notSeen = (seen: string): Seen => ({ result: 'not_seen', seen });

const declined = notSeen('The administrator did not agree to the change.');

/** Inspects the steps of provisioning. Names those that are wrong by number, because titles may have names. */
async function inspectSteps({ adapter, deps }: Tenant, isRight: (report: StepReport) => boolean, right: string) {
  const { steps } = await adapter.createProvisioning();
  const reports: StepReport[] = [];
  for await (const { before } of planSteps(steps, deps.log)) reports.push(before);
  const wrong = reports.flatMap((report, at) => (isRight(report) ? [] : [`${at + 1} (${report.state})`]));
  const byHand = reports.filter(({ state }) => state === 'manual').length;
  const seen = `Steps of provisioning: ${reports.length - byHand} ${right}, ${byHand} by hand and not checked.`;
  if (wrong.length === 0) return reports.length > byHand ? asStated(seen) : notSeen(seen);
  return differs(`Steps of “facestep provision --plan”: ${wrong.join(', ')}.`.slice(0, 300));
}

const isAsConfigured = (report: StepReport): boolean =>
  report.state === 'manual' ? report.fault === undefined : report.state === 'ready';

/** Writes a token or clears it, and returns what is stored then. */
async function exchange(token: SealedToken | null, { adapter: { profile }, subject }: Tenant): Promise<string | null> {
  await (token === null ? profile.clearToken(subject) : profile.writeToken(subject, token));
  return textOf(await profile.readToken(subject));
}

const textOf = (token: SealedToken | null): string | null => token?.use((text) => text) ?? null;

async function checkAttribute(tenant: Tenant): Promise<Seen> {
  const former = await tenant.adapter.profile.readToken(tenant.subject);
  if (!(await tenant.mayChange('Write 256 characters to the attribute of the test user, and restore the former value')))
    return declined;
  const isRestored = async (): Promise<boolean> => (await exchange(former, tenant)) === textOf(former);
  if (former !== null && !(await isRestored())) return differs('A token was not read back as it was written.');
  // It opens nothing: only its length is that of a token.
  const random = Buffer.from(tenant.deps.random(maxTokenCharacters)).toString('base64url');
  const sent = `fv1.${random}`.slice(0, maxTokenCharacters);
  const seen = await exchange(new SealedToken(sent), tenant).then(
    (read) =>
      read === sent ? asStated('It was read back.') : differs(`${read?.length ?? 0} characters were read back.`),
    (error: unknown) => differs(`It was not written and read back: ${toCode(error)}.`),
  );
  return (await isRestored().catch(() => false))
    ? seen
    : differs(`${seen.seen} The former value could not be restored.`);
}

async function checkPhoto({ adapter: { profile }, connection: { policy }, subject, deps }: Tenant) {
  if (policy.photo === null) return null;
  const find = createFindPhoto(policy.photo, profile, { fetch: deps.fetch, publicFetch: createPublicFetch() });
  const isFound = await owningPhotos(async (own) => (await find(subject, own)) !== null);
  return isFound ? asStated('A photo was read.') : notSeen('The test user has no photo.');
}

async function checkEvents({ adapter, contract: { eventHook } }: Tenant) {
  if (eventHook === null) return null;
  const calls = await adapter.readHookCalls?.();
  const state = calls?.hooks.find(({ hook }) => hook === eventHook)?.state ?? 'unknown';
  if (state === 'unknown') return notSeen('The registration of the event hook could not be read.');
  return state === 'called' ? asStated('The event hook is verified and active.') : differs(`The hook is ${state}.`);
}

async function checkRecovery({ adapter: { accountRecovery }, connection, subject, mayChange }: Tenant) {
  if (accountRecovery === undefined || connection.recovery.mode !== 'on') return null;
  await accountRecovery.checkIssuable(subject);
  if (accountRecovery.credentialKind === 'temporary_password')
    return notSeen('A credential could be issued. It was not, because the former password could not be restored.');
  if (!(await mayChange('Issue a recovery credential for the test user, which ends a former one, and revoke it')))
    return declined;
  const { id } = await accountRecovery.issueCredential(subject).catch(async (error: unknown) => {
    // The answer may be lost although a credential was issued.
    await accountRecovery.revokeCredential(subject, null);
    throw error;
  });
  const ended = await accountRecovery.revokeCredential(subject, id);
  if (ended === 'expires') return asStated('A credential was issued. It cannot be ended, and expires.');
  if (id === null || accountRecovery.isListed === undefined) return notSeen('The provider lists no credentials.');
  return (await accountRecovery.isListed(subject, id))
    ? differs('A credential was issued, and is still listed after it was revoked.')
    : asStated('A credential was issued and revoked, and is listed no more.');
}

/** Checks of the lines that need no sign-in. Each returns `null` if the configuration does not use it. */
export const lineChecks = {
  permissions: (tenant: Tenant) => inspectSteps(tenant, ({ state }) => state !== 'failed', 'read'),
  attribute: checkAttribute,
  hook_registered: (tenant: Tenant) => inspectSteps(tenant, isAsConfigured, 'as configured'),
  groups: async ({ adapter, subject }: Tenant) =>
    asStated(`Groups that were read: ${(await adapter.profile.readGroups(subject)).length}.`),
  photo: checkPhoto,
  events: checkEvents,
  recovery: checkRecovery,
} as const;
