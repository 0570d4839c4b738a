import { readFile } from 'node:fs/promises';
import { signRequest } from './bad-credentials.js';
import { asAdministrator, asSession } from './credentials.js';
import { type Answer, post, type Request, toJson, toPhotos, type Wire } from './exchange.js';
import { describe, eachRefused, type Hostile, one } from './hostile.js';
import {
  choicePath,
  comeBack,
  type Film,
  openPage,
  pushRequest,
  startAtProvider,
  startHandOff,
  takeFrames,
  toFramesRequest,
} from './page.js';
import { clientOf, hookRequest, nextPerson } from './providers.js';
import type { Stage } from './stage.js';
import { makeKiosk, passStepUp, startStepUp, type Victims } from './victims.js';

interface SingleUse {
  readonly endpoint: string;
  readonly thing: string;
  readonly weight?: Hostile['weight'];
  /** True if the sender whose call succeeded may repeat that call. */
  readonly mayRepeat?: boolean;
  /** By default, every success status. */
  isWon?(answer: Answer): boolean;
  /**
   * Creates a new single-use item, such as a code.
   * @returns the request of every concurrent sender, or a function that creates each sender's request
   */
  prepare(): Promise<Request | ((sender: number) => Request)>;
}

/** Counts races in which a call succeeded, to reveal items that never work. */
export interface Winners {
  expected: number;
  won: number;
  readonly lost: string[];
}

const isSuccess = ({ status }: Answer): boolean => status < 400;

/** Sends concurrent requests for each item, of which one may succeed. Then sends a further request, which must fail. */
export function singleUse(all: readonly SingleUse[], counts: readonly number[], winners: Winners): readonly Hostile[] {
  return all.flatMap(({ endpoint, thing, weight = 'light', mayRepeat = false, isWon = isSuccess, prepare }) =>
    counts.map((count): Hostile => {
      let used: Awaited<ReturnType<typeof prepare>> | null = null;
      const wireOf = (sender: number): readonly Wire[] =>
        used === null ? [] : one(typeof used === 'function' ? used(sender) : used);
      return {
        endpoint,
        weight,
        class: 'duplicated',
        variant: `${thing}, ${count} times at once`,
        async wires() {
          used = await prepare();
          return Array.from({ length: count }, (_, sender) => wireOf(sender)).flat();
        },
        judge(exchanges) {
          winners.expected += 1;
          const won = exchanges.filter(({ answer }) => answer !== null && isWon(answer));
          if (won.length > 0) winners.won += 1;
          else winners.lost.push(`${thing}: ${exchanges.map(describe)[0] ?? ''}`);
          return won.length > 1 ? `${won.length} of ${exchanges.length} won: ${describe(won[0])}` : null;
        },
        after: {
          endpoint,
          weight,
          class: 'replayed',
          variant: `${thing}, used before (${count})`,
          // Uses a new sender, because the sender whose call succeeded may repeat it.
          wires: () => wireOf(mayRepeat ? count + 1 : 0),
          judge: eachRefused(isWon),
        },
      };
    }),
  );
}

let made = 0;
const nextNumber = (): number => ++made;

async function sendCodes({ backend, outboxFile }: Stage) {
  const number = nextNumber();
  const contact = { email: `single-${number}@example.com`, phone: `+1500556${String(1000 + number)}` };
  const id = (await backend.post('/v2/new-credentials', contact)).text('id');
  const lines = (await readFile(outboxFile, 'utf8')).trim().split('\n');
  const messages: readonly { to: string; text: string }[] = lines.map((line) => JSON.parse(line));
  const codeOf = (to: string): string =>
    /\d{6}/.exec(messages.findLast((message) => message.to === to)?.text ?? '')?.[0] ?? '';
  return { id, emailCode: codeOf(contact.email), phoneCode: codeOf(contact.phone) };
}

const race = (about: Omit<SingleUse, 'prepare'>, prepare: SingleUse['prepare']): SingleUse => ({ ...about, prepare });

const json = (path: string, fields: object, headers: Request['headers'] = []) => post(path, toJson(fields), headers);

/** Returns what the server may give to one of several callers only. */
export function racesOf(stage: Stage, victims: Victims, film: Film): readonly SingleUse[] {
  const { caller, credentials, pictures, url } = stage;
  const about = { connection: 'okta', subject: victims.subject };
  const admin = asAdministrator(credentials.owner);
  const seen = { connection: 'okta', subject: victims.inFilm.subject };
  const openOwn = async () => openPage(caller, (await startStepUp(stage, seen)).ticket);
  const app = clientOf(stage.providers, 'app');
  const hasText = (sought: string) => (answer: Answer) => answer.status === 200 && answer.text.includes(sought);
  return [
    race({ endpoint: 'POST /face/open', thing: 'a ticket' }, async () =>
      json('/face/open', { ticket: (await startStepUp(stage, about)).ticket }),
    ),
    race({ endpoint: `POST ${choicePath}`, thing: 'the choice of a number' }, async () => {
      const { code, open } = await startHandOff(caller, await openOwn());
      return json(choicePath, { number: code }, asSession(await open()));
    }),
    race({ endpoint: 'POST /face/open', thing: 'a request of a trigger, as a ticket' }, async () =>
      json('/face/open', { ticket: `requested.shop.${signRequest(stage)}` }),
    ),
    race({ endpoint: 'POST /step-ups/requested', thing: 'a request of a trigger' }, async () =>
      json('/step-ups/requested', { connection: 'shop', request: signRequest(stage) }),
    ),
    race(
      {
        endpoint: 'POST /step-ups/{id}/photos',
        thing: 'the photos of a face check',
        weight: 'face',
        isWon: hasText('"state":"passed"'),
      },
      async () => {
        const { id, challenge } = await startStepUp(stage, { ...about, audience: 'siege' });
        return post(`/step-ups/${id}/photos`, toPhotos(challenge, pictures.person[1]));
      },
    ),
    race({ endpoint: 'POST /face/frames', thing: 'the frames of a challenge', weight: 'face' }, async () => {
      const session = await openOwn();
      return toFramesRequest(session, await takeFrames(caller, { session, film, mark: `single ${nextNumber()}` }));
    }),
    race(
      {
        endpoint: 'POST /face/kiosk/next',
        thing: 'the next ticket of a kiosk',
        isWon: ({ status, text }) => status === 200 && !text.includes('"ticket":null'),
      },
      async () => {
        const { id: kiosk, secret } = await makeKiosk(stage, 'single');
        await startStepUp(stage, { ...about, kiosk });
        return json('/face/kiosk/next', { kiosk, secret });
      },
    ),
    race({ endpoint: 'POST /v2/authenticate-credentials', thing: 'the codes of a contact' }, async () =>
      json('/v2/authenticate-credentials', await sendCodes(stage)),
    ),
    race({ endpoint: 'POST /administrators', thing: 'a name of an administrator' }, async () =>
      json('/administrators', { name: `single-${nextNumber()}`, role: 'auditor' }, admin),
    ),
    race({ endpoint: 'DELETE /administrators/{name}', thing: 'a removal' }, async () => {
      const name = `single-${nextNumber()}`;
      await stage.admin.post('/administrators', { name, role: 'auditor' });
      return { method: 'DELETE', path: `/administrators/${name}`, headers: admin, body: null };
    }),
    race(
      {
        endpoint: 'GET /oidc/okta/authorize/{uid}',
        thing: 'a pushed request, in two browsers',
        weight: 'face',
        isWon: ({ headers }) => /[?&]code=/.test(headers.location ?? ''),
      },
      async () => {
        const uri = await pushRequest(stage, app, { login_hint: victims.inFilm.login });
        const pushed = { client_id: app.id, request_uri: uri };
        const visit = async (name: string) =>
          comeBack(caller, await startAtProvider(url, app, pushed), film, `${name} ${nextNumber()}`);
        const ways = await Promise.all(['first', 'second'].map(visit));
        return (sender) => ways[sender % ways.length];
      },
    ),
  ];
}

/** Each sender calls the hook with an event of its own about the same passed face check or receipt. */
export const racesOfHooks = (stage: Stage, { tokens: { good: token } }: Victims): readonly SingleUse[] =>
  stage.providers.hooks
    .filter(({ hasBait, toReceiptSubject }) => hasBait || toReceiptSubject !== null)
    .map((target) => {
      const { path, provider: connection, toReceiptSubject, isGranted: isWon } = target;
      const about = { endpoint: `POST ${path}`, thing: `what lets the hook ${path} grant`, isWon } as const;
      return race({ ...about, weight: 'face', mayRepeat: true }, async () => {
        const person = nextPerson(true);
        if (toReceiptSubject === null) return () => hookRequest(target, person);
        const audience = `${stage.url}/hooks/${connection}`;
        const { receipt } = await passStepUp(stage, { connection, subject: toReceiptSubject(person), token, audience });
        return () => hookRequest(target, person, { receipt });
      });
    });
