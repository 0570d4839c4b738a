import type { JsonObject } from '../../../src/base/json.js';
import { type BadCredential, badCredentials, rightCredential } from './credential-forms.js';
import { eachRefused, type Oracle, refused, refusedOrHelped } from './hostile.js';
import { badFields } from './open-forms.js';
import { jsonText, type Request } from './request.js';
import { asForm, asJson, type Sample, type SampleSource, sampleOf, validRequest, withPicture } from './samples.js';
import { type Endpoint, metricsEndpoint, type Schema } from './surface.js';
import { type Fields, sameForEverybody, type Target } from './target.js';

/** As the server has it for a body of JSON, and for a form with pictures. */
const mostJsonBytes = 14 * 1024 * 1024;
const mostFormBytes = 50 * 1024 * 1024;

/** No text of another kind is a picture. */
const picture64: Schema = { type: 'picture' };

/** Figures change from one answer to the next. */
const figuresAlone: Oracle = eachRefused(
  ({ answer }) => answer !== null && answer.status < 400 && !answer.text.startsWith('# '),
);

/** With the person's own photo in a hostile call, so that a credential taken for good would be seen to work. */
const facePath =
  /^\/(generate|authenticate|authenticate-score|content-key|identify|match|match-bulk|consistency-check|detect|quality|liveness|enrolments|step-ups\/\{id\}\/photos)$/;

/** @param known - every answer that is the same for everybody */
export function toRestTarget(endpoint: Endpoint, source: SampleSource, known: ReadonlySet<string>): Target {
  const { name, needs, path, photos, method } = endpoint;
  const { stage, victims, picture } = source;
  const right = rightCredential(endpoint, stage.credentials, victims);
  const isPublic = needs.kind === 'public';
  const inBody = badFields(path, stage, victims);
  const bad: readonly BadCredential[] =
    inBody.length > 0 ? inBody : badCredentials(endpoint, stage.credentials, victims);
  const small = (): Sample => withPicture(sampleOf(endpoint, source), picture);
  const withBody = (body: Request['body'], headers = right): Request => ({
    ...validRequest(endpoint, source, small()),
    headers,
    body,
  });
  const shared: Oracle = path === metricsEndpoint.path ? figuresAlone : sameForEverybody(known);
  const oracle: Oracle = isPublic ? shared : refused;
  const fields: Fields | null =
    method === 'GET' || (Object.keys(endpoint.fields).length === 0 && Object.keys(photos).length === 0)
      ? null
      : {
          schemas: { ...endpoint.fields, ...Object.fromEntries(Object.keys(photos).map((each) => [each, picture64])) },
          replace(field, json) {
            const { [field]: _, ...rest }: JsonObject = JSON.parse(asJson(small()).bytes.toString());
            const text = JSON.stringify(rest);
            const others = text === '{}' ? '' : `${text.slice(1, -1)}`;
            const own = json === null ? '' : `"${field}":${json}`;
            return withBody(jsonText(`{${[own, others].filter((each) => each !== '').join(',')}}`));
          },
          replaceInForm(field, text) {
            const sample = small();
            return withBody(asForm({ ...sample, texts: { ...sample.texts, [field]: text } }));
          },
        };
  return {
    name,
    bad,
    fields,
    valid: () => ({ ...validRequest(endpoint, source, small()), headers: right }),
    alternatives: fields === null ? [] : [() => withBody(asForm(small())), () => withBody(asJson(small()))],
    as(one) {
      const sample = facePath.test(path) ? sampleOf(endpoint, source) : small();
      const texts = { ...sample.texts, ...one.fields };
      return { ...validRequest(endpoint, source, { ...sample, texts }), headers: one.headers };
    },
    refusedCaller: oracle,
    refusedRequest: isPublic ? shared : refusedOrHelped,
    refusedMethod: oracle,
    looksAtFaces: false,
    mostBytes: Object.keys(photos).length > 0 ? mostFormBytes : mostJsonBytes,
  };
}
