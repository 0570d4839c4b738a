import { readFile } from 'node:fs/promises';
import type { Caller } from './caller.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import { choicePath, openHandOff, startHandOff } from './hand-off.js';
import type { Film } from './page.js';
import { openPage, takeFrames, ticketOf, toFramesRequest } from './page.js';
import { toJson, toMultipart } from './request.js';
import { goodRequest } from './request-objects.js';
import { nextNumber, post, type SingleUse, success } from './single-use.js';
import type { Stage } from './stage.js';
import { startStepUp, type Victims } from './victims.js';

/** A contact that is nobody's yet. */
function newContact(): { email: string; phone: string } {
  const number = nextNumber();
  return { email: `single-${number}@example.com`, phone: `+1500556${String(1000 + number)}` };
}

/** The codes that were sent last to a contact. */
async function readCodes({ outboxFile }: Stage, { email, phone }: { email: string; phone: string }) {
  const lines = (await readFile(outboxFile, 'utf8')).trim().split('\n');
  const messages: readonly { to: string; text: string }[] = lines.map((line) => JSON.parse(line));
  const codeOf = (to: string): string =>
    /\d{6}/.exec(messages.findLast((message) => message.to === to)?.text ?? '')?.[0] ?? '';
  return { emailCode: codeOf(email), phoneCode: codeOf(phone) };
}

async function sendCodes(stage: Stage, caller: Caller) {
  const contact = newContact();
  const id = (await caller.post('/v2/new-credentials', contact, asClient(stage.credentials.legitimate))).text('id');
  return { contact, fields: { id, ...(await readCodes(stage, contact)) } };
}

/** Everything of the REST API that is good once. */
export function singleUseOfApi(stage: Stage, victims: Victims, film: Film): readonly SingleUse[] {
  const { caller, credentials, pictures } = stage;
  const about = { connection: 'workforce', subject: victims.subject };
  const admin = asAdministrator(credentials.owner);
  const seen = { connection: 'workforce', subject: victims.inFilm.subject };
  const openOwn = async () => openPage(caller, (await startStepUp(stage, seen)).ticket);
  const choice: SingleUse = {
    endpoint: `POST ${choicePath}`,
    thing: 'the choice of a number',
    async prepare() {
      const begun = await startHandOff(caller, (await openOwn()).session);
      const { session } = await openHandOff(caller, begun);
      return () => post(choicePath, toJson({ number: begun.code }), asSession(session));
    },
    isWon: success,
  };
  return [
    {
      endpoint: 'POST /face/open',
      thing: 'a ticket',
      async prepare() {
        const { ticket } = await startStepUp(stage, about);
        return () => post('/face/open', toJson({ ticket }));
      },
      isWon: success,
    },
    {
      endpoint: 'POST /face/open',
      thing: 'a hand-off',
      async prepare() {
        const { ticket } = await startHandOff(caller, (await openOwn()).session);
        return () => post('/face/open', toJson({ ticket }));
      },
      isWon: success,
    },
    ...(victims.sessions.unpaired === null ? [] : [choice]),
    {
      endpoint: 'POST /face/open',
      thing: 'a request of a trigger, as a ticket',
      async prepare() {
        const ticket = `requested.shop.${goodRequest(stage)}`;
        return () => post('/face/open', toJson({ ticket }));
      },
      isWon: success,
    },
    {
      endpoint: 'POST /step-ups/requested',
      thing: 'a request of a trigger',
      async prepare() {
        const request = goodRequest(stage);
        return () => post('/step-ups/requested', toJson({ connection: 'shop', request }));
      },
      isWon: success,
    },
    {
      endpoint: 'POST /step-ups/{id}/photos',
      thing: 'the photos of a face check',
      weight: 'face',
      async prepare() {
        const { id, challenge } = await startStepUp(stage, { ...about, audience: 'siege' });
        const body = toMultipart([
          ['challenge', challenge],
          ['photo', pictures.person[1]],
        ]);
        return () => post(`/step-ups/${id}/photos`, body);
      },
      isWon: ({ text }) => text.includes('"state":"passed"'),
    },
    {
      endpoint: 'POST /face/frames',
      thing: 'the frames of a challenge',
      weight: 'face',
      async prepare() {
        const { session } = await openOwn();
        const parts = await takeFrames(caller, { session, film, mark: `single ${nextNumber()}` });
        return () => toFramesRequest(session, parts);
      },
      isWon: success,
    },
    {
      endpoint: 'POST /face/kiosk/next',
      thing: 'the next ticket of a kiosk',
      async prepare() {
        const kiosk = await caller.post('/kiosks', { name: 'single' }, asClient(credentials.legitimate));
        const [id = '', secret = ''] = ticketOf(kiosk.text('url')).split('.');
        await startStepUp(stage, { ...about, kiosk: id });
        return () => post('/face/kiosk/next', toJson({ kiosk: id, secret }));
      },
      isWon: ({ status, text }) => status === 200 && !text.includes('"ticket":null'),
    },
    {
      endpoint: 'POST /v2/authenticate-credentials',
      thing: 'the codes of a contact',
      async prepare() {
        const { fields } = await sendCodes(stage, caller);
        return () => post('/v2/authenticate-credentials', toJson(fields));
      },
      isWon: success,
    },
    {
      endpoint: 'POST /v2/generateToken',
      thing: 'a verified contact',
      async prepare() {
        const { contact, fields } = await sendCodes(stage, caller);
        await caller.post('/v2/authenticate-credentials', fields);
        return () => post('/v2/generateToken', toJson({ name: 'single', ...contact }), admin);
      },
      isWon: success,
    },
    {
      endpoint: 'POST /administrators',
      thing: 'a name of an administrator',
      async prepare() {
        const body = toJson({ name: `single-${nextNumber()}`, role: 'auditor' });
        return () => post('/administrators', body, admin);
      },
      isWon: success,
    },
    {
      endpoint: 'POST /administrators/remove',
      thing: 'a removal',
      async prepare() {
        const name = `single-${nextNumber()}`;
        await caller.post('/administrators', { name, role: 'auditor' }, admin);
        const body = toJson({ name });
        return () => post('/administrators/remove', body, admin);
      },
      isWon: success,
    },
  ];
}
