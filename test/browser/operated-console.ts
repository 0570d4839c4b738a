import { afterEach, beforeEach } from '@jest/globals';
import type { Page } from 'playwright-core';
import { filesOf } from '../../src/config/data-files.js';
import { createLocalKeys } from '../../src/storage/keys/local.js';
import { createLocalSigner } from '../../src/storage/keys/local-signer.js';
import { createAuditDeps, withAudit } from '../../support/benches/audit.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { useBrowser } from '../../support/browser/page-suite.js';
import { fillFromTrail } from '../../support/data/ledgered.js';
import { emptySetup } from '../../support/fakes/upkeep.js';
import { adminKey } from '../../support/servers/api-server.js';
import { type Company, type OperatedServer, startCompany } from '../../support/servers/operated-server.js';
import { type ConsoleVisitor, visitConsole } from './console-visitor.js';

/** Before each test, starts a company and its server. After it, ends the visits. */
export function useOperatedConsole(start: (company: Company) => Promise<OperatedServer>) {
  const browser = useBrowser('none');
  let company: Company;
  let operated: OperatedServer;
  let visitors: readonly ConsoleVisitor[] = [];
  if (hasChromium) {
    beforeEach(async () => {
      company = await startCompany();
      operated = await start(company);
    });
    afterEach(async () => {
      await Promise.all(visitors.map((visitor) => visitor.close()));
      visitors = [];
    });
  }
  return {
    company: (): Company => company,
    operated: (): OperatedServer => operated,
    /** Signs the owner in. */
    async visit(path = '', { server }: Pick<OperatedServer, 'server'> = operated): Promise<Page> {
      const visitor = await visitConsole(browser(), `http://localhost:${server.port}`, { key: adminKey, path });
      visitors = [...visitors, visitor];
      return visitor.page;
    },
  };
}

/**
 * Fills a server with some weeks of data: API keys, an audit log with results of shadow mode, and a provisioned Okta
 * org.
 */
export async function fillOperations({ server, post, ended }: OperatedServer, dataFolder: string): Promise<void> {
  const files = filesOf(emptySetup({ dataFolder }).config);
  const { clock, random, signer, state } = server.deps;
  await createLocalKeys({ random, file: files.keys });
  await post('/keys/rotate', { use: 'sealing' });
  await withAudit(createAuditDeps({ file: files.audit, signer, state, clock }), async (audit) => {
    for (const subject of ['ada', 'ben', 'ada'])
      await audit.append({
        action: 'hook_decided',
        connection: 'okta',
        subject,
        detail: { hook: 'token', outcome: 'unverified', fallback: 'pass', wouldHave: 'deny', reason: 'no_check' },
      });
  });
  await fillFromTrail(files.audit, server.deps);
  await post('/connections/okta/apply');
  await ended('okta');
}

export async function addSigningKeys({ server }: OperatedServer, dataFolder: string): Promise<void> {
  const { clock, random } = server.deps;
  const file = filesOf(emptySetup({ dataFolder }).config).signingKeys;
  await createLocalSigner({ clock, random, log: server.log, file });
}

/** Deactivates Okta's token hook and runs the doctor. */
export async function breakTokenHook({ okta }: Company, { server, post }: OperatedServer): Promise<void> {
  for (const hook of okta.org.hooks.values()) if (hook.name.includes('token')) hook.status = 'INACTIVE';
  await post('/doctor', { connection: 'okta' });
  await server.deps.operations.background.settled();
}
