import { readFile } from 'node:fs/promises';
import { signRequest } from './bad-credentials.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import { choicePath, type Film, openPage, startHandOff, takeFrames, ticketOf, toFramesRequest } from './page.js';
import { post, type Request, toJson, toPhotos } from './request.js';
import { nextNumber, type SingleUse, success } from './single-use.js';
import type { Stage } from './stage.js';
import { startStepUp, type Victims } from './victims.js';

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

export function singleUseOfApi(stage: Stage, victims: Victims, film: Film): readonly SingleUse[] {
  const { caller, credentials, pictures } = stage;
  const about = { connection: 'okta', subject: victims.subject };
  const admin = asAdministrator(credentials.owner);
  const seen = { connection: 'okta', subject: victims.inFilm.subject };
  const openOwn = async () => openPage(caller, (await startStepUp(stage, seen)).ticket);
  const json = (path: string, fields: object, headers: Request['headers'] = []) => post(path, toJson(fields), headers);
  const race = (
    path: string,
    thing: string,
    prepare: () => Promise<Request>,
    more: Partial<Pick<SingleUse, 'isWon' | 'weight'>> = {},
  ): SingleUse => ({
    ...{ endpoint: `POST ${path}`, thing, isWon: success, ...more },
    async prepare() {
      const request = await prepare();
      return () => request;
    },
  });
  return [
    race('/face/open', 'a ticket', async () =>
      json('/face/open', { ticket: (await startStepUp(stage, about)).ticket }),
    ),
    race('/face/open', 'a hand-off', async () => {
      const { ticket } = await startHandOff(caller, (await openOwn()).session);
      return json('/face/open', { ticket });
    }),
    race(choicePath, 'the choice of a number', async () => {
      const { code, open } = await startHandOff(caller, (await openOwn()).session);
      return json(choicePath, { number: code }, asSession(await open()));
    }),
    race('/face/open', 'a request of a trigger, as a ticket', async () =>
      json('/face/open', { ticket: `requested.shop.${signRequest(stage)}` }),
    ),
    race('/step-ups/requested', 'a request of a trigger', async () =>
      json('/step-ups/requested', { connection: 'shop', request: signRequest(stage) }),
    ),
    race(
      '/step-ups/{id}/photos',
      'the photos of a face check',
      async () => {
        const { id, challenge } = await startStepUp(stage, { ...about, audience: 'siege' });
        return post(`/step-ups/${id}/photos`, toPhotos(challenge, pictures.person[1]));
      },
      { weight: 'face', isWon: ({ text }) => text.includes('"state":"passed"') },
    ),
    race(
      '/face/frames',
      'the frames of a challenge',
      async () => {
        const { session } = await openOwn();
        return toFramesRequest(session, await takeFrames(caller, { session, film, mark: `single ${nextNumber()}` }));
      },
      { weight: 'face' },
    ),
    race(
      '/face/kiosk/next',
      'the next ticket of a kiosk',
      async () => {
        const made = await caller.post('/kiosks', { name: 'single' }, asClient(credentials.legitimate));
        const [kiosk = '', secret = ''] = ticketOf(made.text('url')).split('.');
        await startStepUp(stage, { ...about, kiosk });
        return json('/face/kiosk/next', { kiosk, secret });
      },
      { isWon: ({ status, text }) => status === 200 && !text.includes('"ticket":null') },
    ),
    race('/v2/authenticate-credentials', 'the codes of a contact', async () =>
      json('/v2/authenticate-credentials', (await sendCodes(stage)).fields),
    ),
    race('/v2/generateToken', 'a verified contact', async () => {
      const { contact, fields } = await sendCodes(stage);
      await caller.post('/v2/authenticate-credentials', fields);
      return json('/v2/generateToken', { name: 'single', ...contact }, admin);
    }),
    race('/administrators', 'a name of an administrator', async () =>
      json('/administrators', { name: `single-${nextNumber()}`, role: 'auditor' }, admin),
    ),
    race('/administrators/remove', 'a removal', async () => {
      const name = `single-${nextNumber()}`;
      await caller.post('/administrators', { name, role: 'auditor' }, admin);
      return json('/administrators/remove', { name }, admin);
    }),
  ];
}
