import { readFile } from 'node:fs/promises';
import { signRequest } from './bad-credentials.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import { type Answer, post, type Request, toJson, toPhotos, toUrlencoded } from './exchange.js';
import { hookRequest } from './hooks.js';
import { describe, eachRefused, type Hostile, one } from './hostile.js';
import { pushRequest } from './oidc.js';
import {
  asOidcClient,
  authorizationParams,
  beginSignIn,
  beginWith,
  choicePath,
  comeBack,
  type Film,
  openPage,
  startHandOff,
  takeFrames,
  toFramesRequest,
  toRedemption,
} from './page.js';
import { clientOf, nextPerson } from './providers.js';
import type { Stage } from './stage.js';
import { makeKiosk, passStepUp, startStepUp, type Victims } from './victims.js';

interface SingleUse {
  readonly endpoint: string;
  readonly thing: string;
  /**
   * Creates a new single-use item, such as a code.
   * @returns a function that creates each concurrent sender's request
   */
  prepare(): Promise<(sender: number) => Request>;
  isWon(answer: Answer): boolean;
  readonly weight?: Hostile['weight'];
  /** True if the sender whose call succeeded may repeat that call. */
  readonly mayRepeat?: boolean;
}

/** Counts races in which a call succeeded, to reveal items that never work. */
export interface Winners {
  expected: number;
  won: number;
  readonly lost: string[];
}

/** Sends concurrent requests for each item, of which one may succeed. Then sends a further request, which must fail. */
export function singleUse(all: readonly SingleUse[], counts: readonly number[], winners: Winners): readonly Hostile[] {
  return all.flatMap((each) =>
    counts.map((count): Hostile => {
      let used: ((sender: number) => Request) | null = null;
      const common = { endpoint: each.endpoint, weight: each.weight ?? 'light' };
      return {
        ...common,
        class: 'duplicated',
        variant: `${each.thing}, ${count} times at once`,
        async wires() {
          used = await each.prepare();
          const toWire = used;
          return Array.from({ length: count }, (_, sender) => one(toWire(sender))).flat();
        },
        judge(exchanges) {
          winners.expected += 1;
          const won = exchanges.filter(({ answer }) => answer !== null && each.isWon(answer));
          if (won.length > 0) winners.won += 1;
          else winners.lost.push(`${each.thing}: ${exchanges.map(describe)[0] ?? ''}`);
          return won.length > 1 ? `${won.length} of ${exchanges.length} won: ${describe(won[0])}` : null;
        },
        after: {
          ...common,
          class: 'replayed',
          variant: `${each.thing}, used before (${count})`,
          // Uses a new sender, because the sender whose call succeeded may repeat it.
          wires: () => (used === null ? [] : one(used(each.mayRepeat === true ? count + 1 : 0))),
          judge: eachRefused(each.isWon),
        },
      };
    }),
  );
}

let made = 0;

function nextNumber(): number {
  made += 1;
  return made;
}

async function sendCodes({ caller, credentials, outboxFile }: Stage) {
  const number = nextNumber();
  const contact = { email: `single-${number}@example.com`, phone: `+1500556${String(1000 + number)}` };
  const id = (await caller.post('/v2/new-credentials', contact, asClient(credentials.legitimate))).text('id');
  const lines = (await readFile(outboxFile, 'utf8')).trim().split('\n');
  const messages: readonly { to: string; text: string }[] = lines.map((line) => JSON.parse(line));
  const codeOf = (to: string): string =>
    /\d{6}/.exec(messages.findLast((message) => message.to === to)?.text ?? '')?.[0] ?? '';
  return { contact, fields: { id, emailCode: codeOf(contact.email), phoneCode: codeOf(contact.phone) } };
}

type Prepare = () => Promise<Request | ((sender: number) => Request)>;
type More = Partial<Pick<SingleUse, 'isWon' | 'weight' | 'mayRepeat'>>;

const race = (endpoint: string, thing: string, prepare: Prepare, more: More = {}): SingleUse => ({
  ...{ endpoint, thing, isWon: ({ status }) => status < 400, ...more },
  async prepare() {
    const request = await prepare();
    return typeof request === 'function' ? request : () => request;
  },
});

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
    race('POST /face/open', 'a ticket', async () =>
      json('/face/open', { ticket: (await startStepUp(stage, about)).ticket }),
    ),
    race('POST /face/open', 'a hand-off', async () => {
      const { ticket } = await startHandOff(caller, await openOwn());
      return json('/face/open', { ticket });
    }),
    race(`POST ${choicePath}`, 'the choice of a number', async () => {
      const { code, open } = await startHandOff(caller, await openOwn());
      return json(choicePath, { number: code }, asSession(await open()));
    }),
    race('POST /face/open', 'a request of a trigger, as a ticket', async () =>
      json('/face/open', { ticket: `requested.shop.${signRequest(stage)}` }),
    ),
    race('POST /step-ups/requested', 'a request of a trigger', async () =>
      json('/step-ups/requested', { connection: 'shop', request: signRequest(stage) }),
    ),
    race(
      'POST /step-ups/{id}/photos',
      'the photos of a face check',
      async () => {
        const { id, challenge } = await startStepUp(stage, { ...about, audience: 'siege' });
        return post(`/step-ups/${id}/photos`, toPhotos(challenge, pictures.person[1]));
      },
      { weight: 'face', isWon: hasText('"state":"passed"') },
    ),
    race(
      'POST /face/frames',
      'the frames of a challenge',
      async () => {
        const session = await openOwn();
        return toFramesRequest(session, await takeFrames(caller, { session, film, mark: `single ${nextNumber()}` }));
      },
      { weight: 'face' },
    ),
    race(
      'POST /face/kiosk/next',
      'the next ticket of a kiosk',
      async () => {
        const { id: kiosk, secret } = await makeKiosk(stage, 'single');
        await startStepUp(stage, { ...about, kiosk });
        return json('/face/kiosk/next', { kiosk, secret });
      },
      { isWon: ({ status, text }) => status === 200 && !text.includes('"ticket":null') },
    ),
    race('POST /v2/authenticate-credentials', 'the codes of a contact', async () =>
      json('/v2/authenticate-credentials', (await sendCodes(stage)).fields),
    ),
    race('POST /v2/generateToken', 'a verified contact', async () => {
      const { contact, fields } = await sendCodes(stage);
      await caller.post('/v2/authenticate-credentials', fields);
      return json('/v2/generateToken', { name: 'single', ...contact }, admin);
    }),
    race('POST /administrators', 'a name of an administrator', async () =>
      json('/administrators', { name: `single-${nextNumber()}`, role: 'auditor' }, admin),
    ),
    race('POST /administrators/remove', 'a removal', async () => {
      const name = `single-${nextNumber()}`;
      await caller.post('/administrators', { name, role: 'auditor' }, admin);
      return json('/administrators/remove', { name }, admin);
    }),
    race(
      'GET /oidc/okta/authorize/{uid}',
      'a pushed request, in two browsers',
      async () => {
        const uri = await pushRequest(stage, app, { login_hint: victims.inFilm.login });
        const pushed = { client_id: app.id, request_uri: uri };
        const visit = async (name: string) =>
          comeBack(caller, await beginWith(url, app, pushed), film, `${name} ${nextNumber()}`);
        const ways = await Promise.all(['first', 'second'].map(visit));
        return (sender) => ({ method: 'GET', body: null, ...ways[sender % ways.length] });
      },
      { weight: 'face', isWon: ({ headers }) => /[?&]code=/.test(headers.location ?? '') },
    ),
    race('POST /oidc/okta/par', 'an assertion of a client', async () => {
      const assertion = await stage.providers.signAssertion({ aud: `${url}/oidc/okta` });
      const shown = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      };
      const { params } = authorizationParams({ ...app, id: 'signer' }, shown);
      return post('/oidc/okta/par', toUrlencoded(Object.entries(params)));
    }),
    race(
      'POST /oidc/okta/token',
      'a code',
      async () => {
        const signIn = await beginSignIn(url, app, victims.inFilm.login);
        const form = toUrlencoded(await toRedemption(caller, signIn, film, `code ${nextNumber()}`));
        return post('/oidc/okta/token', form, asOidcClient(app));
      },
      { weight: 'face', isWon: hasText('id_token') },
    ),
  ];
}

/** Each sender calls the hook with an event of its own about the same passed face check or receipt. */
export const racesOfHooks = (stage: Stage, { tokens: { good: token } }: Victims): readonly SingleUse[] =>
  stage.providers.hooks
    .filter(({ hasBait, receiptSubject }) => hasBait || receiptSubject !== null)
    .map((target) => {
      const { path, provider: connection, receiptSubject, isGranted: isWon } = target;
      const prepare: Prepare = async () => {
        const person = nextPerson(true);
        if (receiptSubject === null) return () => hookRequest(target, person);
        const audience = `${stage.url}/hooks/${connection}`;
        const { receipt } = await passStepUp(stage, { connection, subject: receiptSubject(person), token, audience });
        return () => hookRequest(target, person, { receipt });
      };
      const more = { weight: 'face', mayRepeat: true, isWon } as const;
      return race(`POST ${path}`, `what lets the hook ${path} grant`, prepare, more);
    });
