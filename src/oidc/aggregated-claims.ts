import type { Json, JsonObject } from '../core/base/json.js';
import { digestOf } from '../core/digest.js';
import type { Clock } from '../core/ports.js';
import { toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { kidUnder, type OidcKeys } from '../storage/keys/oidc-key-set.js';
import type { SourceAnswer } from './sources.js';

/** Lifetime of the signed claims, in seconds. The recipient verifies them on arrival. */
const lifeSec = 300;

/**
 * Returns the claims of other connections: their values, signed aggregated claims (OpenID Connect Core, section 5.6.2),
 * and the state of each source in `_claim_status`. Empty if no source was queried.
 */
export async function tellSources(
  answers: readonly SourceAnswer[],
  client: string,
  deps: { readonly oidcKeys: OidcKeys; readonly clock: Clock },
): Promise<JsonObject> {
  if (answers.length === 0) return {};
  const told = await Promise.all(answers.map((answer) => tell(answer, client, deps)));
  const sources = told.filter(({ jwt }) => jwt !== null);
  return {
    ...Object.assign({}, ...told.map(({ values }) => values)),
    ...(sources.length === 0
      ? {}
      : {
          _claim_names: Object.fromEntries(
            sources.flatMap(({ id, values }) => Object.keys(values).map((name) => [name, id])),
          ),
          _claim_sources: Object.fromEntries(sources.map(({ id, jwt }) => [id, { JWT: jwt }])),
        }),
    _claim_status: Object.fromEntries(answers.map(({ id, state }) => [id, state])),
  };
}

async function tell(
  answer: SourceAnswer,
  client: string,
  deps: { readonly oidcKeys: OidcKeys; readonly clock: Clock },
): Promise<{ readonly id: string; readonly values: JsonObject; readonly jwt: string | null }> {
  const { id, source } = answer;
  if (answer.state !== 'answered') return { id, values: {}, jwt: null };
  const values = answer.values.use((all) => all);
  if (Object.keys(values).length === 0) return { id, values, jwt: null };
  const now = toEpochSec(deps.clock.now());
  const jwt = await sign(
    {
      ...values,
      iss: source.issuer,
      // The subject differs for each client and account link, so that recipients cannot use it to correlate the person.
      sub: digestOf(`facestep claims of ${answer.link.id} at ${id} for ${client}`).toString('base64url'),
      ...{ aud: client, iat: now, exp: now + lifeSec },
    },
    deps.oidcKeys,
  );
  return { id, values, jwt };
}

const encode = (part: Json): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Signs with a `typ` of its own, so that the result cannot be used as an ID token (RFC 8725, section 3.11). */
async function sign(payload: JsonObject, oidcKeys: OidcKeys): Promise<string> {
  const [key] = (await oidcKeys.current()).signing;
  if (key === undefined) throw new FaceError('key_service_unavailable');
  const signed = `${encode({ alg: 'RS256', typ: 'facestep-claims+jwt', kid: kidUnder(key.kid, 'RS256') })}.${encode(payload)}`;
  const signature = await key.sign(Buffer.from(signed), 'RS256');
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}
