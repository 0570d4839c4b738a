import { type Check, type Finding, fail, manual, pass, serverAnswers } from '../../../connections/provisioning.js';
import type { Ports } from '../../../core/deps.js';
import { maxPhotoBytes } from '../../../core/secrets.js';
import { forgedSource, proxyFitHeader } from '../../../http/proxy-fit.js';
import { formOverheadBytes } from '../../../http/request-budget.js';
import { ask, noAnswer } from './public-address.js';

/** Creates the checks of what reverse proxies do to requests and replies of browsers. */
export const createReverseProxyChecks = (publicUrl: string, deps: Ports<'clock' | 'fetch'>): readonly Check[] => [
  { title: 'Camera', needs: [serverAnswers], run: () => checkCamera(publicUrl, deps) },
  { title: 'Size of photos', needs: [serverAnswers], run: () => checkSize(publicUrl, deps) },
  { title: 'Addresses of callers', needs: [serverAnswers], run: () => checkCallers(publicUrl, deps) },
];

/** Checks the headers of the capture page as browsers receive them. Of several values for the camera, the last one counts. */
async function checkCamera(publicUrl: string, deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const address = `${publicUrl}/face`;
  const page = await ask(address, { method: 'GET' }, deps);
  if (page === null) return noAnswer(address);
  const remedy = 'Remove this header from the proxy: the server sends its own.';
  const told = page.headers.get('permissions-policy') ?? '';
  const allowed = [...told.matchAll(/\bcamera=(\([^)]*\)|[^,\s]+)/g)].at(-1)?.[1];
  if (allowed !== undefined && !/self|\*/.test(allowed))
    return fail(`the header Permissions-Policy of ${address} forbids the camera: camera=${allowed}`, remedy);
  // Browsers enforce each of several policies, which `Headers` joins by commas.
  const policies = page.headers.get('content-security-policy')?.split(',') ?? [];
  const foreign = policies.filter((policy) => !policy.includes("'wasm-unsafe-eval'"));
  if (foreign.length > 0)
    return fail(`a proxy sets its own Content-Security-Policy at ${address}: ${foreign.join(',').trim()}`, remedy);
  return pass('the capture page may open the camera');
}

/** Largest body that the server accepts from browsers: a photo and its form. */
const largestBytes = maxPhotoBytes + formOverheadBytes;

/** Sends the largest body of a browser to a path that does not exist, so that the server discards it. */
async function checkSize(publicUrl: string, deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const body = new Uint8Array(largestBytes);
  const answer = await ask(`${publicUrl}/step-ups/doctor/size`, { method: 'POST', body }, deps);
  const size = `${largestBytes / 1024 / 1024} MiB`;
  const remedy =
    'Let the proxy accept bodies of 52 MB, such as client_max_body_size 52m in nginx: its default of 1 MB refuses enrolment photos.';
  // The server can answer without reading the body, after which a proxy may report a broken connection.
  if (answer === null) return manual(`not known: a body of ${size} got no answer`, remedy);
  if (answer.status !== 413)
    return pass(`no proxy refuses ${size}, the largest body of a browser; backends may send 52 MB`);
  return fail(`a proxy refuses a body of ${size} (status 413), so enrolments fail`, remedy);
}

/** Calls the server with a forged `X-Forwarded-For`, and reads which address it would count. */
async function checkCallers(publicUrl: string, deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const address = `${publicUrl}/healthz`;
  const headers = { 'x-forwarded-for': forgedSource, [proxyFitHeader]: 'ask' };
  const answer = await ask(address, { method: 'GET', headers }, deps);
  if (answer === null) return noAnswer(address);
  const remedy = 'Set proxyHops to the number of proxies that append to X-Forwarded-For, and restart the server.';
  switch (answer.headers.get(proxyFitHeader)) {
    case 'fits':
      return pass('proxyHops fits the proxies between here and the server');
    case 'too_few':
      return fail('proxyHops is too low: callers share the address of a proxy, and its rate limits', remedy);
    case 'too_many':
      return fail('proxyHops is too high: callers choose their own address, and so avoid rate limits', remedy);
    default:
      return manual('not known if proxyHops fits: the server or a proxy does not say so', remedy);
  }
}
