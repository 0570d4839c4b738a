import express from 'express';
import type { Brand } from '../../src/brand/brand.js';
import { createBrands } from '../../src/brand/brands.js';
import { type ListeningServer, listen } from '../../src/http/listen.js';
import { mountBrand, mountPage } from '../../src/step-up/endpoints/page.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createManualClock } from '../fakes/manual-clock.js';
import { createMemoryAudit } from '../fakes/sinks.js';
import { pageFolders } from '../run/paths.js';

/** Serves only the page, for screens whose server replies are scripted. */
export async function startPageServer(
  brand: Brand | null = null,
): Promise<Pick<ListeningServer, 'stop'> & { readonly origin: string }> {
  const app = express();
  const clock = createManualClock(1_000_000);
  const state = createSqliteState({ file: ':memory:', clock });
  const brands = createBrands(brand, { state, clock, audit: createMemoryAudit() });
  mountPage(app, pageFolders, { brands });
  mountBrand(app, pageFolders, { brands });
  const { port, stop } = await listen(app, { host: '127.0.0.1', port: 0 });
  return {
    origin: `http://localhost:${port}`,
    async stop() {
      await stop();
      await state.close();
    },
  };
}
