import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { configure, newAdminKey, startService } from '../../examples/demo/service.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { listen } from '../../src/http/listen.js';
import { facesFolder, hasFaces } from '../../support/data/faces.js';
import { modelsFolder } from '../../support/run/paths.js';
import { readCorpus, toHalf } from '../measure/corpus/corpus.js';
import { proportion } from '../measure/statistics/proportion.js';
import { type Attack, type Finding, type Size, showShare, toClaim } from './attack.js';
import { bodyOf } from './server/exchange.js';

/** Victims; each is attacked with the faces of as many other people. */
const extents = { full: { victims: 100, attackers: 5 }, quick: { victims: 6, attackers: 2 } } satisfies Record<
  Size,
  object
>;

const bodyGuard = z.record(z.string(), z.json()).catch({});

const token = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';

/** Starts a server whose connection compares enrolments with photos of a server next to it. */
async function openStage() {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-other-photo-'));
  const photos = new Map<string, RequestListener | Uint8Array>();
  const lured: string[] = [];
  const badge = await listen(
    (request, response) => {
      const found = photos.get(request.url ?? '');
      if (typeof found === 'function') found(request, response);
      else if (found === undefined) response.writeHead(404).end();
      else response.end(found);
    },
    { host: '127.0.0.1', port: 0 },
  );
  // No one names this host, so a request to it is a forgery.
  const lure = await listen(
    (request, response) => {
      lured.push(request.url ?? '');
      response.end();
    },
    { host: '127.0.0.2', port: 0 },
  );
  const scim = await startScimSimulator();
  scim.directory.extensions.set(token, [defineAttribute('token')]);
  const port = await findFreePort();
  const adminKey = newAdminKey();
  const photo = { hosts: [`127.0.0.1:${badge.port}`], privateAddresses: true };
  const settings = {
    modelsFolder,
    publicUrl: `http://127.0.0.1:${port}`,
    connections: [
      {
        id: 'staff',
        kind: 'scim',
        policy: { mode: 'enforce', liveness: 'off', photo },
        scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } },
      },
      {
        id: 'plain',
        kind: 'scim',
        policy: { mode: 'enforce', liveness: 'off' },
        scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } },
      },
    ],
  };
  const service = await startService(await configure(folder, settings, { port: String(port), adminKey }));
  const post = async (path: string, body: JsonObject | FormData, headers: Readonly<Record<string, string>>) => {
    const isForm = body instanceof FormData;
    const answer = await fetch(service.url + path, {
      method: 'POST',
      headers: isForm ? headers : { ...headers, 'content-type': 'application/json' },
      body: isForm ? body : JSON.stringify(body),
    });
    return { status: answer.status, body: bodyGuard.parse(bodyOf({ text: await answer.text() })) };
  };
  const asOwner = { 'x-admin-key': adminKey };
  const issued = await post('/generateToken', { name: 'attack', scopes: ['enrol', 'verify'] }, asOwner);
  const client = { 'x-auth-token': String(issued.body.token) };
  let users = 0;
  return {
    photos,
    lured,
    badgeUrl: `http://127.0.0.1:${badge.port}`,
    lureUrl: `http://127.0.0.2:${lure.port}`,
    post,
    client,
    asOwner,
    /** Adds a user with the address of a photo. */
    addUser(address: string | null): string {
      users += 1;
      const subject = scim.addUser(`user-${users}@example.com`);
      const user = scim.directory.users.get(subject);
      if (user !== undefined && address !== null) user.details.photos = [{ value: address, type: 'photo' }];
      return subject;
    },
    async enrol(subject: string, photo: Uint8Array, connection = 'staff') {
      const form = new FormData();
      const consent = { consentStatement: 'attack', consentGivenAt: new Date().toISOString() };
      for (const [name, value] of Object.entries({ connection, subject, ...consent })) form.append(name, value);
      form.append('photo', new Blob([Uint8Array.from(photo)]), 'photo.jpg');
      const { status, body } = await post('/enrolments', form, client);
      return status === 201 ? 'enrolled' : String(body.code);
    },
    async close() {
      await service.stop();
      await Promise.all([badge.stop(), lure.stop(), scim.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

/** Enrols other people with the links of victims whose photo the organization has. */
async function enrolOthers(stage: Stage, { victims, attackers }: (typeof extents)[Size], say: (line: string) => void) {
  const { folder, people } = await readCorpus(facesFolder);
  const chosen = people
    .filter(({ person, files }) => files.length > 1 && toHalf(person) === 'judge')
    .slice(0, victims + attackers);
  const read = (at: number, photo: number) => readFile(join(folder, chosen[at].person, chosen[at].files[photo]));
  let tried = 0;
  let others = 0;
  let own = 0;
  let count = 0;
  for (let victim = 0; victim < chosen.length - attackers; victim += 1) {
    stage.photos.set(`/${victim}.jpg`, await read(victim, 0));
    const subject = stage.addUser(`${stage.badgeUrl}/${victim}.jpg`);
    for (let other = 1; other <= attackers; other += 1) {
      const code = await stage.enrol(subject, await read(victim + other, 1));
      // Photos that the engine refuses were not compared.
      if (code === 'enrolled') others += 1;
      if (code === 'enrolled' || code === 'company_photo_unlike') tried += 1;
    }
    const code = await stage.enrol(subject, await read(victim, 1));
    if (code === 'enrolled') own += 1;
    if (code === 'enrolled' || code === 'company_photo_unlike') count += 1;
    if ((victim + 1) % 20 === 0) say(`${victim + 1} victims attacked`);
  }
  return { others: proportion(others, tried), own: proportion(own, count) };
}

/** Enrols with photos and addresses of photos that an attacker chose. @returns what was enrolled, and a control */
async function chooseAddresses(stage: Stage) {
  const { badgeUrl, lureUrl, photos } = stage;
  const { person, landscape, group } = await loadPictures();
  const redirect = (location: string) => {
    const path = `/to-${photos.size}`;
    photos.set(path, (_, response) => void response.writeHead(302, { location }).end());
    return badgeUrl + path;
  };
  const serve = (bytes: Uint8Array) => {
    const path = `/as-${photos.size}`;
    photos.set(path, bytes);
    return badgeUrl + path;
  };
  const addresses: Readonly<Record<string, string | null>> = {
    'no photo': null,
    'another host': `${lureUrl}/own.jpg`,
    'another host, by a redirect': redirect(`${lureUrl}/own.jpg`),
    'the metadata service': 'http://169.254.169.254/latest/meta-data/',
    'the metadata service, by a redirect': redirect('http://169.254.169.254/latest/meta-data/'),
    'a user name like the host': `http://127.0.0.1@${new URL(lureUrl).host}/own.jpg`,
    'a name that begins like the host': 'http://127.0.0.1.evil.example/own.jpg',
    'a file': 'file:///etc/passwd',
    data: `data:image/jpeg;base64,${Buffer.from(person[0]).toString('base64')}`,
    'a landscape': serve(landscape),
    'several people': serve(group),
    text: serve(Buffer.from('<html></html>')),
    nothing: serve(Buffer.alloc(0)),
    'over 5 MB': serve(Buffer.concat([person[0], Buffer.alloc(5 * 1024 * 1024)])),
  };
  const enrolled = [];
  for (const [name, address] of Object.entries(addresses))
    if ((await stage.enrol(stage.addUser(address), person[0])) === 'enrolled') enrolled.push(name);
  const control = await stage.enrol(stage.addUser(serve(person[1])), person[0]);
  return { enrolled, isRightPhotoAccepted: control === 'enrolled' };
}

/** Replaces the face of an enrolled person without showing it. @returns the ways that succeeded */
async function replaceFaces(stage: Stage): Promise<readonly string[]> {
  const { post, client, asOwner } = stage;
  const { person } = await loadPictures();
  const subject = stage.addUser(null);
  if ((await stage.enrol(subject, person[0], 'plain')) !== 'enrolled') throw new Error('The victim cannot enrol');
  const about = { connection: 'plain', subject };
  const open = async (fields: JsonObject, by: Readonly<Record<string, string>>, path: string) => {
    const { body } = await post(path, { ...about, ...fields }, by);
    const ticket = /#(.+)$/.exec(String(body.url))?.[1] ?? '';
    return post('/face/open', { ticket }, {});
  };
  const auditor = await post('/administrators', { name: 'auditor', role: 'auditor' }, asOwner);
  const asSession = (body: JsonObject) => ({ authorization: `Bearer ${String(body.session)}` });
  const own = await open({ purpose: 'manage' }, client, '/invitations');
  const vouched = { ...about, proof: 'in_person' };
  const helped = await open({ proof: 'in_person' }, asOwner, '/help-desk/enrolments');
  const consent = { version: 'consent-1', language: 'en' };
  const ways: Readonly<Record<string, number>> = {
    'an invitation': (await open({}, client, '/invitations')).status,
    'an invitation of an administrator': (await open({}, asOwner, '/subjects/invite')).status,
    'the own page, opened by a link': (await post('/face/enrolment/renew', {}, asSession(own.body))).status,
    'a client token at the help desk': (await post('/help-desk/enrolments', vouched, client)).status,
    'an auditor at the help desk': (
      await post('/help-desk/enrolments', vouched, { 'x-admin-key': String(auditor.body.key) })
    ).status,
    'a link of the help desk without its number': (await post('/face/consent', consent, asSession(helped.body))).status,
  };
  return Object.entries(ways).flatMap(([way, status]) => (status < 400 ? [way] : []));
}

export const otherPhoto: Attack = {
  about: 'enrolments of someone else: another face, chosen photos, a link in place of the previous face',
  async run({ size, say }): Promise<Finding> {
    const stage = await openStage();
    try {
      const chosen = await chooseAddresses(stage);
      const replaced = await replaceFaces(stage);
      const people = hasFaces ? await enrolOthers(stage, extents[size], say) : null;
      for (const name of [...chosen.enrolled, ...replaced]) say(`enrolled: ${name}`);
      return {
        table: [
          ['faces', 'enrolled'],
          ...(people === null
            ? []
            : [
                ['of another person', showShare(people.others)],
                ['of the person in the photo', showShare(people.own)],
              ]),
        ],
        claims: [
          ...(people === null
            ? []
            : [
                toClaim(
                  'another person enrolled, share',
                  people.others.rate,
                  { atMost: 0.001 },
                  people.others.interval,
                ),
                toClaim('control: own face enrolled, share', people.own.rate, { atLeast: 0.5 }, people.own.interval),
              ]),
          toClaim('enrolled with a chosen address or a photo that is none', chosen.enrolled.length, { atMost: 0 }),
          toClaim('control: enrolled with the right photo', chosen.isRightPhotoAccepted ? 1 : 0, { atLeast: 1 }),
          toClaim('requests to a host that no one named', stage.lured.length, { atMost: 0 }),
          toClaim('faces replaced without the previous face, the photo or the help desk', replaced.length, {
            atMost: 0,
          }),
        ],
        skipped: people === null ? ['other people’s faces, without real faces (FACESTEP_FACES)'] : [],
      };
    } finally {
      await stage.close();
    }
  },
};
