import { InitiateAuthCommand, RespondToAuthChallengeCommand } from '@aws-sdk/client-cognito-identity-provider';
import { beforeEach, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { deployTriggers, lambdaConfig } from '../../simulators/cognito/deploy.js';
import type { Connection } from '../../src/core/connection.js';
import { draw } from '../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { type ApiServer, startApiServer, toForm } from '../../support/servers/api-server.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { type administer, connectionId, openCognitoBench, requestSecret, toSettings } from '../contract/cognito.js';

/* A pool that runs the triggers in processes of their own, AWS's SDK, and the server over HTTP with a simulated engine. */

let clientId: string;
let administrator: ReturnType<typeof administer>;
let server: ApiServer;
let adaSub: string;

beforeEach(async () => {
  const bench = await openCognitoBench({ triggerTimeoutMs: 30_000 }, { LambdaConfig: lambdaConfig });
  const { simulator, pool } = bench;
  administrator = bench.administrator;
  clientId = await administrator.createAppClient();
  adaSub = await administrator.createUser('ada', 'Correct-Horse-9', 'ada@example.com');
  const settings = toSettings(simulator, pool, [clientId], {
    cognito: { passwordless: true },
    policy: { liveness: 'light', notices: true },
  });
  const connections = new Map<string, Connection>();
  server = await startApiServer({ connections });
  const { profile, openStepUpRequest } = serveAdapter(createCognitoAdapter, {
    settings,
    core: server.deps,
    fetch: withoutTimeLimit(fetch),
  });
  connections.set(connectionId, {
    id: connectionId,
    kind: 'cognito',
    policy: settings.policy,
    profile,
    openStepUpRequest,
  });
  const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now()).toISOString() };
  const enrolment = toForm({ connection: connectionId, subject: adaSub, ...consent, photo: [drawPicture('ada', 1)] });
  const auth = { 'x-auth-token': (await server.issue()).token };
  expect((await server.postForm('/enrolments', enrolment, auth)).status).toBe(201);
  await simulator.lambda.close();
  deployTriggers(simulator.lambda, pool, {
    connection: connectionId,
    publicUrl: testIssuer,
    clientIds: [clientId],
    requestSecret,
    receiptKeys: JSON.stringify({ keys: await server.deps.signer.publicKeys() }),
    environment: { FACESTEP_PASSWORDLESS: 'true' },
  });
});

const begin = (USERNAME: string) =>
  administrator.client.send(
    new InitiateAuthCommand({ ClientId: clientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME } }),
  );
const answer = (username: string, session: string | undefined, receipt: string | null) =>
  administrator.client.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session: session,
      ChallengeResponses: { USERNAME: username, ANSWER: receipt ?? 'no face' },
      ...(receipt === null ? {} : { ClientMetadata: { face_receipt: receipt } }),
    }),
  );

/** Shows a face on the capture page. @returns the receipt, or `null` */
async function show(person: string, challenge: Awaited<ReturnType<typeof begin>>): Promise<string | null> {
  const { body } = await openLink(server, challenge.ChallengeParameters?.startUrl ?? '');
  const page = openPage(server, String(body.session));
  await page.consent();
  const { nonce, photos } = await page.takeFrames(draw(person), { light: 'across' });
  const sent = (await page.send({ nonce, photo: photos })).body;
  return sent.outcome === 'passed' ? String(sent.receipt) : null;
}

test('a live face signs in without a password, and the tokens say that there was none', async () => {
  const begun = await begin('ada');
  const receipt = await show('ada', begun);
  expect(decodeJwt(receipt ?? '')).toMatchObject({ sub: adaSub, amr: ['face'] });
  const { AuthenticationResult } = await answer('ada', begun.Session, receipt);
  const claims = decodeJwt(AuthenticationResult?.IdToken ?? '');
  expect(claims).toMatchObject({ sub: adaSub, face_verified: 'true', face_passwordless: 'true' });
  expect(server.messages).toEqual([]);
});
