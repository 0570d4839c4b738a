import { createCoreEndpoints } from '../../src/app/endpoints.js';
import { extensions } from '../../src/extensions/index.js';
import type { Endpoint } from '../../src/http/rest/endpoint.js';
import { standIn } from './stand-in.js';

/** Creates all endpoints, also of the extensions, to read their descriptions. */
export async function createDescribedEndpoints(): Promise<Endpoint[]> {
  const opened = await Promise.all(
    extensions.map((each) => each.open({ current: standIn, jobs: standIn(), sleep: async () => {} })),
  );
  return [...createCoreEndpoints(standIn()), ...opened.flatMap((each) => each.createEndpoints(standIn()))];
}
