import type { JsonObject } from '../../src/core/base/json.js';
import type { Policy } from '../../src/core/connection.js';
import type { VendorPolicy } from '../../src/core/liveness-policy.js';
import { rekognitionEnvironment, startRekognition } from '../servers/rekognition.js';
import { draw, startCapture } from './capture-bench.js';
import type { openPage } from './capture-page.js';

type Given = NonNullable<Parameters<typeof startCapture>[1]>;

/** Starts a server whose connections ask for the check of Amazon Rekognition, and a simulator of it. */
export async function startVendorBench(
  vendor: Partial<VendorPolicy> = {},
  { policy = {}, ...given }: Given & { readonly policy?: Partial<Policy> } = {},
) {
  Object.assign(process.env, rekognitionEnvironment);
  const started: { now: () => number } = { now: Date.now };
  const rekognition = await startRekognition({ now: () => started.now() });
  const aws = {
    region: rekognition.region,
    role: 'arn:aws:iam::123456789012:role/facestep-liveness',
    endpoint: rekognition.url,
    stream: rekognition.streamUrl,
    modelUrl: rekognition.modelUrl,
  };
  const liveness: VendorPolicy = { vendor: 'aws', confidence: 80, fallback: 'none', ...vendor };
  const { server } = await startCapture(
    { liveness, ...policy },
    // Limits do not change their window while a test counts.
    { startMs: Date.UTC(2026, 10, 28, 9), sections: { liveness: { aws } }, ...given },
  );
  started.now = () => server.clock.now();
  return { server, rekognition };
}

type Bench = Awaited<ReturnType<typeof startVendorBench>>;

/** A person in front of the vendor's page: starts a session, is judged there, and lets the server read the result. */
export function createVisit(page: ReturnType<typeof openPage>, { rekognition }: Pick<Bench, 'rekognition'>) {
  const start = async (): Promise<{ readonly nonce: string; readonly session: string; readonly body: JsonObject }> => {
    const { body } = await page.post('/face/vendor-check', {});
    const check = body.check as { nonce: string; grant: string } | null | undefined;
    if (check === null || check === undefined) return { nonce: '', session: '', body };
    return { nonce: check.nonce, session: JSON.parse(check.grant).session, body };
  };
  const finish = async (nonce: string, more: Record<string, string> = {}) =>
    (await page.post('/face/vendor-check/finish', { nonce, ...more })).body;
  return {
    start,
    finish,
    /** @param person - who the vendor's picture shows; `null` if the vendor returned none */
    async pass(
      person: string | null,
      result: Partial<Parameters<Bench['rekognition']['finish']>[1]> = {},
    ): Promise<JsonObject> {
      const { nonce, session, body } = await start();
      if (nonce === '') return body;
      rekognition.finish(session, { picture: person === null ? null : draw(person)('centre'), ...result });
      return finish(nonce);
    },
  };
}
