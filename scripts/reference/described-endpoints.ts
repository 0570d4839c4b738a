import { auditEvents } from '../../src/app/audit-events.js';
import { createCoreEndpoints } from '../../src/app/endpoints.js';
import { openExtensions } from '../../src/extensions/index.js';
import type { Endpoint } from '../../src/http/rest/endpoint.js';
import { standardSettings } from '../../support/data/settings.js';
import { standIn } from './stand-in.js';

/** Creates all endpoints, also of the extensions, to read their descriptions. */
export async function createDescribedEndpoints(): Promise<Endpoint[]> {
  const opened = await openExtensions({ current: () => standIn(), jobs: standIn(), sleep: async () => {} });
  return [
    ...createCoreEndpoints(standIn({ settings: standardSettings, auditEvents })),
    ...opened.flatMap((each) => each.createEndpoints(standIn())),
  ];
}
