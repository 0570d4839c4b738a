import type { Browser } from 'playwright-core';
import { createChance } from '../../evidence/statistics/chance.js';
import type { JsonObject } from '../../src/base/json.js';
import type { Movement } from '../../src/core/movements.js';
import { drawTurn, type Head, reframe, turnHead } from '../face-video/index.js';
import { launchChromium } from './chromium.js';
import { lightingOf, makePoses, readPeople } from './people.js';
import { type Stage, startStage } from './stage.js';
import { type Lighting, type Plan, type Poses, receive, type Visitor, type VisitorOptions } from './visitor.js';

export interface Cast {
  readonly browser: Browser;
  readonly stage: Stage;
  readonly heads: Readonly<Record<Name, Head>>;
  readonly poses: Readonly<Record<Name, Poses>>;
  /** How each face reflects a screen's light in a dim room. */
  readonly lightings: Readonly<Record<Name, Lighting>>;
  /** Opens a browser window for a person, who by default follows the page's instructions. */
  sit(name: Name, options?: VisitorOptions & { readonly plan?: Plan }): Promise<Visitor>;
  picture(name: Name, movement: Movement): Buffer;
  takePicture(name: Name, movement: Movement): Promise<Buffer>;
  /** Enrols a new user with Ada's face. */
  enrolAda(connection: string, consent?: string): Promise<string>;
  close(): Promise<void>;
}
export type Name = 'ada' | 'eve';

export const toBytes = (base64: string | undefined): Buffer => Buffer.from(base64 ?? '', 'base64');

const byMovement = (policies: Readonly<Record<string, JsonObject>>): Readonly<Record<string, JsonObject>> =>
  Object.fromEntries(Object.entries(policies).map(([id, policy]) => [id, { liveness: 'movement', ...policy }]));

export async function gather(
  policies: Readonly<Record<string, JsonObject>>,
  clients: readonly JsonObject[] = [],
): Promise<Cast> {
  const heads = await readPeople();
  const chance = createChance('pictures');
  const poses: Readonly<Record<Name, Poses>> = {
    ada: await makePoses(heads.ada, 'ada'),
    eve: await makePoses(heads.eve, 'eve'),
  };
  const [stage, browser] = await Promise.all([
    startStage(byMovement(policies), clients),
    launchChromium({ camera: 'pattern' }),
  ]);
  return {
    ...{ browser, stage, heads, poses },
    lightings: { ada: lightingOf(heads.ada), eve: lightingOf(heads.eve) },
    sit: (name, { plan = 'follow', ...options } = {}) =>
      receive(browser, { person: { poses: poses[name], plan, reactionMs: 150 }, ...options }),
    picture: (name, movement) => toBytes(poses[name][movement].at(-1)),
    takePicture: async (name, movement) =>
      reframe(await turnHead(heads[name], drawTurn(movement, chance), chance), chance),
    async enrolAda(connection, consent) {
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
