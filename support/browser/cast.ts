import { randomBytes } from 'node:crypto';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { createSeededRandom } from '../../src/core/base/chance.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Movement } from '../../src/core/movements.js';
import { epochMs } from '../../src/core/units.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { drawTurn, reframe, turnHead } from '../face-video/index.js';
import { createTextLog } from '../fakes/sinks.js';
import { launchChromium } from './chromium.js';
import { lightingOf, makePoses, readPeople } from './people.js';
import { startServerUnderTest } from './server.js';
import { type Plan, type Poses, receive, type VisitorOptions } from './visitor.js';

export type Cast = Awaited<ReturnType<typeof gather>>;
type Name = 'ada' | 'eve';

/** Starts an Okta simulator and the server. */
async function startStage(
  policies: Readonly<Record<string, JsonObject>>,
  clients: readonly JsonObject[],
  more: JsonObject,
) {
  const okta = await startOktaSimulator();
  const port = await findFreePort();
  const settings = okta.toSettings(`Bearer ${randomBytes(24).toString('base64url')}`);
  const connections = Object.entries(policies).map(([id, policy]) => ({
    id,
    kind: 'okta',
    policy: { mode: 'shadow', ...policy },
    okta: settings,
    ...more,
    ...(clients.length === 0 ? {} : { oidc: { clients } }),
  }));
  const server = await startServerUnderTest({ port, connections });
  const { steps } = createOktaProvisioning({
    settings: createOktaConnectionGuard(connectionAdditions).parse(connections[0]),
    publicUrl: server.url,
    clock: { now: () => epochMs(Date.now()) },
    random: randomBytes,
    log: createTextLog(),
    fetch: (address, init) => fetch(address, init),
  });
  // Runs only the step that creates the token's profile attribute, because the page needs no hooks.
  await steps[0]?.apply();
  let users = 0;
  return {
    ...server,
    addUser(login = `user-${users}@example.com`) {
      users += 1;
      return okta.createUser({ login, password: 'first factor' });
    },
    async close() {
      await server.close();
      await okta.close();
    },
  };
}

export const toBytes = (base64: string | undefined): Buffer => Buffer.from(base64 ?? '', 'base64');

const byMovement = (policies: Readonly<Record<string, JsonObject>>): Readonly<Record<string, JsonObject>> =>
  Object.fromEntries(Object.entries(policies).map(([id, policy]) => [id, { liveness: 'movement', ...policy }]));

/** @param more - further settings of each connection */
export async function gather(
  policies: Readonly<Record<string, JsonObject>>,
  clients: readonly JsonObject[] = [],
  more: JsonObject = {},
) {
  const heads = await readPeople();
  const chance = createSeededRandom('pictures');
  const poses: Readonly<Record<Name, Poses>> = {
    ada: await makePoses(heads.ada, 'ada'),
    eve: await makePoses(heads.eve, 'eve'),
  };
  const [stage, browser] = await Promise.all([
    startStage(byMovement(policies), clients, more),
    launchChromium({ camera: 'pattern' }),
  ]);
  return {
    browser,
    stage,
    heads,
    poses,
    /** How each face reflects a screen's light in a dim room. */
    lightings: { ada: lightingOf(heads.ada), eve: lightingOf(heads.eve) },
    /** Opens a browser window for a person, who by default follows the page's instructions. */
    openVisitor: (name: Name, { plan = 'follow', ...options }: VisitorOptions & { readonly plan?: Plan } = {}) =>
      receive(browser, { person: { poses: poses[name], plan, reactionMs: 150 }, ...options }),
    picture: (name: Name, movement: Movement) => toBytes(poses[name][movement].at(-1)),
    takePicture: async (name: Name, movement: Movement) =>
      reframe(await turnHead(heads[name], drawTurn(movement, chance), chance), chance),
    /** Enrols a new user with Ada's face. */
    async enrolAda(connection: string, consent?: string) {
      const subject = await stage.addUser();
      await stage.enrol(connection, subject, [toBytes(poses.ada.centre[0])], consent);
      return subject;
    },
    async close() {
      await browser.close();
      await stage.close();
    },
  };
}
