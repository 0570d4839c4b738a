import { beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/core/base/json.js';
import { startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { agree, ask, askAndShow, proveEnrolment, purposes, registration, toConfig } from './consented-data-bench.js';

/* Verified claims and their evidence in ID tokens and UserInfo. The client is `openid-client`. */

const verifiedClaims = { trustFramework: 'nist_800_63A', claims: ['given_name', 'family_name', 'birthdate'] };
const named = ['given_name', 'family_name', 'birthdate'].map((name) => [name, purposes.name]);
const shop = { ...registration, claims: { ...Object.fromEntries(named), email: purposes.email } };
const config = { ...toConfig(shop), verifiedClaims };
const given = { given_name: 'Anna', family_name: 'Example', birthdate: '1990-05-04', email: 'anna@example.com' };

let op: TestIssuer;
beforeEach(async () => {
  op = await startIssuer({ config, policy: { organisation: 'Example Ltd' } });
  op.profile.details.set('anna', given);
  await op.enrol('anna');
});

const prove = (proof: string | null) => proveEnrolment(op, proof);

const asked = (verification: JsonObject = {}, claims: JsonObject = { given_name: null, family_name: null }) => ({
  verification: { trust_framework: null, ...verification },
  claims,
});

/** Returns the verified claims of the ID token after the person agreed to the claims. */
async function tell(request: object, ticked = ['given_name', 'family_name']) {
  const claims = { id_token: { verified_claims: request }, userinfo: { email: null } };
  const { idToken, userInfo } = await agree(op, { claims }, ['email', ...ticked]);
  expect(await userInfo()).not.toHaveProperty('verified_claims');
  for (const name of Object.keys(given)) expect(idToken).not.toHaveProperty(name);
  return idToken!.verified_claims;
}

const licence = { document_details: { type: 'driving_permit', issuer: { name: 'Utopia Roads' } } };
const vouched = { attestation: { type: 'digital_attestation', voucher: { organization: 'Example Ltd' } } };

test.each([
  ['photo', 'electronic_record', 'bvr', { record: { type: 'employee_photo', source: { name: 'Example Ltd' } } }],
  ['document', 'document', 'bvr', licence],
  ['in_person', 'vouch', 'pvp', vouched],
  ['vouched', 'vouch', 'pvr', vouched],
])('of an enrolment by %s, UserInfo tells the agreed claims and the evidence', async (proof, type, method, rest) => {
  await prove(proof);
  const all = { check_details: null, record: null, attestation: null, document_details: null };
  const request = asked({ evidence: [{ type: { value: type }, ...all }] });
  const { idToken, userInfo } = await agree(op, { claims: { userinfo: { verified_claims: request } } }, ['given_name']);
  expect(idToken).not.toHaveProperty('verified_claims');
  const check = { check_method: 'bvr', check_id: expect.any(String), time: expect.stringMatching(/^\d{4}-.*Z$/) };
  expect((await userInfo()).verified_claims).toEqual({
    verification: {
      trust_framework: 'nist_800_63A',
      evidence: [{ type, check_details: [{ check_method: method }, check], ...rest }],
    },
    claims: { given_name: 'Anna' },
  });
});

test.each(['sign_in', 'client', 'photos_of_client', 'invitation', 'former_face', null])(
  'an enrolment that rests on %s verifies no claim',
  async (proof) => {
    await prove(proof);
    expect(await tell(asked())).toBeUndefined();
  },
);

describe('of an enrolment by photo', () => {
  beforeEach(() => prove('photo'));
  const names = { given_name: 'Anna', family_name: 'Example' };
  const plain = { verification: { trust_framework: 'nist_800_63A' }, claims: names };

  const inPerson = [{ type: { value: 'electronic_record' }, check_details: [{ check_method: { value: 'pvp' } }] }];
  const family = { ...plain, claims: { family_name: 'Example' } };

  test.each<[string, object, unknown]>([
    ['nothing but the trust framework', asked(), plain],
    ['several requests, of which one is fulfilled', [asked({ trust_framework: { value: 'x' } }), asked()], [plain]],
    ['another value of a claim', asked({}, { given_name: { value: 'Eve' }, family_name: null }), family],
    ['another trust framework', asked({ trust_framework: { values: ['gold'] } }), undefined],
    ['another organization as the source', asked({ evidence: [{ type: null, record: { value: 'x' } }] }), undefined],
    ['a name that every object has', asked({}, { constructor: null }), undefined],
    ['evidence of another type', asked({ evidence: [{ type: { value: 'document' } }] }), undefined],
    ['evidence of a check in person', asked({ evidence: inPerson }), undefined],
    ['a level that is not known', asked({ assurance_level: { value: 'high' } }), undefined],
    ['a verification not older than a day', asked({ time: { max_age: 86_400 } }), undefined],
    ['a claim that is not verified', asked({}, { email: null, family_name: null }), family],
  ])('the ID token answers a request for %s', async (_, request, answer) => {
    expect(await tell(request)).toEqual(answer);
  });

  test('a claim to which the person does not agree is left out', async () => {
    expect(await tell(asked(), ['family_name'])).toEqual(family);
    const { page } = await askAndShow(op, { claims: { userinfo: { verified_claims: asked() } } });
    expect(page.text).not.toContain('1990');
  });

  const deep = JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`);
  const empty = { verification: {}, claims: { name: null } };
  const invalid = {
    'no claim': asked({}, {}),
    'no framework': empty,
    text: asked({ trust_framework: 'x' }),
    depth: deep,
  };

  test.each(Object.keys(invalid))('an invalid request is refused: %s', async (name) => {
    const { camera } = await ask(op, { claims: { id_token: { verified_claims: Reflect.get(invalid, name) } } });
    expect(new URL(camera.url).searchParams.get('error')).toBe('invalid_request');
  });
});

test('the discovery document lists what can be verified', async () => {
  expect((await op.discover('shop')).serverMetadata()).toMatchObject({
    verified_claims_supported: true,
    trust_frameworks_supported: ['nist_800_63A'],
    evidence_supported: ['electronic_record', 'document', 'vouch'],
    documents_supported: ['driving_permit', 'idcard'],
    electronic_records_supported: ['employee_photo'],
    claims_in_verified_claims_supported: verifiedClaims.claims,
  });
});
