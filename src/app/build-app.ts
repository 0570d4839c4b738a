import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequestNote } from '../access/usage.js';
import type { OperationsPorts } from '../admin/operations/operations-context.js';
import { readRecordsOf } from '../audit/records.js';
import { type Brand, toEmailBrand } from '../brand/brand.js';
import { createBrands, shareConfigured } from '../brand/brands.js';
import { readConfiguredBrand } from '../brand/configured.js';
import { issuerOf } from '../config/schema.js';
import { createAccountNames } from '../connections/account-names.js';
import { findRuleCallers } from '../connections/rule-callers.js';
import { withSubscribers } from '../core/audit-events.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps, CoreSettings, ServerPorts } from '../core/deps.js';
import { sentLink } from '../core/page-link.js';
import type { EmailBrand } from '../core/ports/delivery.js';
import { type BackOff, retryUntilDone } from '../core/resilience.js';
import { checkRules, describeRuleWarning } from '../core/rules/check-rules.js';
import { createPasskeys } from '../enrolment/webauthn/passkeys.js';
import { toCode } from '../errors.js';
import {
  connectionAdditions,
  contributionsOf,
  type FullSetup,
  holdings,
  loadOidcExtensions,
  type OpenedExtensions,
  openDocuments,
  personalData,
} from '../extensions/index.js';
import { createAnalysisCache } from '../face/engine/engine.js';
import { checkFrame } from '../face/engine/picture-header.js';
import { createMovementJudge } from '../face/liveness/judge.js';
import { heldSignals } from '../face/liveness/signals.js';
import { homePagesOf } from '../home/home-page.js';
import { createRefusedCalls } from '../http/refused-calls.js';
import type { BodyPools } from '../http/request-budget.js';
import { createFileSink, createOutbox, openDelivery } from '../notifications/delivery/open.js';
import { withRecipientBudget } from '../notifications/delivery/recipient-budget.js';
import { createWebPush } from '../notifications/delivery/web-push.js';
import { createNotificationSender } from '../notifications/sender.js';
import { openOidc } from '../oidc/open.js';
import { createRecoveryWatch } from '../recovery/run.js';
import { summarizeStepUp } from '../step-up/stored.js';
import { type AdminKey, loadAdminKey } from '../storage/keys/admin-key.js';
import { countAuditEvents, type Telemetry } from '../telemetry/telemetry.js';
import type { ApiDeps } from './api-deps.js';
import { type AppDeps, createApp } from './app.js';
import { connect } from './connect.js';
import { createEncryptedPictures } from './encrypted-pictures.js';
import { flows } from './flows.js';
import type { OpenedPorts, ServerDeps } from './open-ports.js';
import type { Readiness } from './readiness.js';

const pageFolder = fileURLToPath(new URL('../../capture-web', import.meta.url));
const consoleFolder = fileURLToPath(new URL('../../console-web', import.meta.url));
const docsFolder = fileURLToPath(new URL('../../docs-web', import.meta.url));

export interface BuiltApp {
  readonly app: RequestListener;
  readonly core: ServerPorts & Pick<FullSetup, 'config'>;
  /** Contains the digest. A new key must still be stored and shown. */
  readonly adminKey: AdminKey;
  /** Problems of the rules of each connection, in words. */
  readonly ruleWarnings: readonly string[];
  /** Sends notifications of failed step-ups that have ended. */
  sendWaitingNotices(): Promise<void>;
  drain(): Promise<void>;
}

/** Builds an app on ports that outlive it, so that running requests continue after a reload. */
export async function buildApp(
  { config, connections: configured }: FullSetup,
  ports: OpenedPorts,
  deps: Pick<ApiDeps, 'reload' | 'operations' | 'undelivered'> &
    ServerDeps & {
      readonly readiness: Readiness;
      readonly telemetry: Telemetry;
      readonly bodyPools: BodyPools;
      readonly securityEvents: AppDeps['securityEvents'];
      readonly extensions: OpenedExtensions;
    },
): Promise<BuiltApp> {
  const { clock, random, log, telemetry, bodyPools } = deps;
  const { observePort, metrics } = telemetry;
  const { files, state, ledger, verifier, engine, keyService } = ports;
  const ids = new Set(configured.map(({ id }) => id));
  const issuer = issuerOf(config);
  const outbox = createOutbox({ sink: createFileSink(files.outbox), clock });
  // A reload does not change the judges of the running engine.
  const turns = engine.judges > 1 ? 1 : 2;
  const { consentDays } = config.retention;
  const settings: CoreSettings = { limits: config.limits, consentDays, turns, personalData, holdings };
  const opened = observePort('delivery', await openDelivery(config.delivery, { outbox, ...deps }));
  const delivery = withRecipientBudget(opened, { state, clock, settings, log });
  const { keys } = keyService;
  const webPush = config.webPush && createWebPush(config.webPush, { ...deps, keys });
  const brand = await readConfiguredBrand(config.brand, { readBytes: (path) => readFile(path) });
  // Filled below, because a connection needs ports that are made of it.
  const connections = new Map<string, Connection>();
  const brandOf = async ({ policy }: Connection): Promise<EmailBrand> =>
    toEmailBrand((await brands.inForce())?.brand ?? null, policy.organisation);
  const notices = createNotificationSender({
    state,
    clock,
    random,
    log,
    delivery,
    keys,
    webPush,
    issuer,
    brandOf,
    connections,
    currentRequest: deps.contexts.current,
    stepUpOf: (id) => summarizeStepUp(id, { state, clock }),
  });
  const recoveries = createRecoveryWatch({ state, clock, keys, log, connections });
  const audit = withSubscribers(ports.audit, [
    countAuditEvents({ metrics, log }, ids),
    notices.onEvent,
    recoveries.onEvent,
  ]);
  const brands = createBrands(brand, { state, clock, audit });
  if (brand !== null) await shareWithRetries(brand, { state, clock, log, background: deps.operations.background });
  const core: CoreDeps = { clock, random, state, audit, log, verifier, signer: keyService.signer, issuer, settings };
  const connected = await Promise.all(
    configured.map(async (each) => {
      const adapter = await each.createAdapter(issuer);
      const { createOidcClients = () => [] } = adapter;
      const { fetch, publicFetch } = deps;
      const ports = { ...core, keys, fetch, publicFetch };
      const documents = await openDocuments(each.sections, { id: each.id, profile: adapter.profile }, ports);
      return {
        ...connect(each, adapter, ports, observePort, documents),
        oidc: each.oidc,
        sections: each.sections,
        createOidcClients,
        ruleWarnings: checkRules(each.policy, findRuleCallers(adapter, each.oidc, null)),
      };
    }),
  );
  for (const { connection } of connected) connections.set(connection.id, connection);
  const hooks = new Map(connected.map((each) => [each.connection.id, each.hooks]));
  const { openOidcKeys } = keyService;
  const mountOidc = await openOidc(
    connected,
    { ...core, openOidcKeys },
    { pools: bodyPools.oidc, loadExtensions: loadOidcExtensions },
  );
  const adminKey = await loadAdminKey({ given: config.adminKey, file: files.adminKey, random });

  const served: BuiltApp['core'] = {
    ...core,
    connections,
    delivery,
    config,
    directories: new Map(connected.map(({ connection, openDirectory }) => [connection.id, openDirectory])),
    linkOf: (started, language) => sentLink(issuer, started, language),
    brandOf,
  };
  const { listener } = createApp({
    ...served,
    flows,
    hooks,
    judge: createMovementJudge({ engine }),
    analysisCache: createAnalysisCache({
      engine,
      signals: heldSignals,
      checkFrame,
    }),
    encryptedPictures: verifier.kind === 'embedded' ? createEncryptedPictures(engine, { state, clock }) : null,
    keys,
    webPush,
    passkeys: createPasskeys({ publicUrl: issuer }),
    mountOidc,
    securityEvents: deps.securityEvents,
    folders: { page: pageFolder, models: resolve(config.modelsFolder) },
    consoleFolder,
    docsFolder,
    auditEvents: deps.auditEvents,
    fetch: deps.fetch,
    console: config.console,
    adminKeyDigest: adminKey.digest,
    brands,
    ledger,
    accounts: createAccountNames({ state, clock, settings }),
    telemetry,
    bodyPools,
    reload: deps.reload,
    extensions: deps.extensions,
    sectionsOf: new Map(configured.map(({ id, sections }) => [id, sections])),
    ...contributionsOf({ config, extensions: deps.extensions }),
    operations: deps.operations,
    undelivered: deps.undelivered,
    refusedCalls: createRefusedCalls(deps.clock.now()),
    recordsOf: (who) => readRecordsOf(files.audit, who),
    onClientRequest: createRequestNote({ ...ports, metrics }),
    contactCodes: config.contactCodes,
    homePages: homePagesOf(configured, connectionAdditions),
    proxyHops: config.proxyHops,
    findUnready: () => deps.readiness.findUnready(),
    findUnreadyHere: () => deps.readiness.findUnreadyHere(),
  });
  return {
    app: listener,
    core: served,
    adminKey,
    ruleWarnings: connected.flatMap(({ connection, ruleWarnings }) =>
      ruleWarnings.map((warning) => `${connection.id}: ${describeRuleWarning(warning)}`),
    ),
    sendWaitingNotices: () => notices.sendWaiting(),
    drain: async () => void (await Promise.all([notices.drain(), recoveries.drain()])),
  };
}

const everyFiveSec: BackOff = { firstMs: 5_000, longestMs: 5_000 };

/** Stores the brand, in the background if the state store does not answer yet. */
async function shareWithRetries(
  brand: Brand,
  { background, log, ...deps }: OperationsPorts<'state' | 'clock' | 'log' | 'background'>,
): Promise<void> {
  const share = (): Promise<unknown> => shareConfigured(brand, deps);
  const onFailure = (error: unknown): void =>
    log.warn('brand not yet shared with other servers', { code: toCode(error) });
  await share().catch((error: unknown) => {
    if (toCode(error) !== 'state_unavailable') throw error;
    background.start(() => retryUntilDone(share, onFailure, { backOff: everyFiveSec, signal: background.stopping }));
  });
}
