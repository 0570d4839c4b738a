import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { asAdministrator, asClient, asSession } from './server/credentials.js';
import {
  type Body,
  bodyOf,
  createCaller,
  type Header,
  post,
  toJson,
  toMultipart,
  toPhotoParts,
} from './server/exchange.js';
import { openLure } from './server/providers.js';

/** Victims; each is attacked with the faces of as many other people. */
const extents = { full: { victims: 100, attackers: 5 }, quick: { victims: 6, attackers: 2 } } satisfies Record<
  Size,
  object
>;

const token = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';

/** Starts a server whose connection compares enrolments with photos of a server next to it. */
async function openStage() {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-other-photo-'));
  const photos = new Map<string, RequestListener | Uint8Array>();
  const badge = await listen(
    (request, response) => {
      const found = photos.get(request.url ?? '');
      if (typeof found === 'function') found(request, response);
      else if (found === undefined) response.writeHead(404).end();
      else response.end(found);
    },
    { host: '127.0.0.1', port: 0 },
  );
  const lure = await openLure('127.0.0.2');
  const scim = await startScimSimulator();
  scim.directory.extensions.set(token, [defineAttribute('token')]);
  const port = await findFreePort();
  const adminKey = newAdminKey();
  const photo = { hosts: [`127.0.0.1:${badge.port}`], privateAddresses: true };
  const connect = (id: string, policy: object) => ({
    id,
    kind: 'scim',
    policy: { mode: 'enforce', liveness: 'off', ...policy },
    scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } },
  });
  const settings = {
    modelsFolder,
    publicUrl: `http://127.0.0.1:${port}`,
    connections: [connect('staff', { photo }), connect('plain', {})],
  };
  const service = await startService(await configure(folder, settings, { port: String(port), adminKey }));
  const caller = createCaller(port, '127.0.0.1');
  const send = async (path: string, body: Body, headers: readonly Header[]) => {
    const answer = await caller.call(post(path, body, headers));
    return { status: answer.status, body: bodyOf(answer) };
  };
  const asOwner = asAdministrator(adminKey);
  const issued = await caller.post('/generateToken', { name: 'attack', scopes: ['enrol', 'verify'] }, asOwner);
  const client = asClient(issued.text('token'));
  let users = 0;
  return {
    photos,
    lure,
    badgeUrl: `http://127.0.0.1:${badge.port}`,
    post: (path: string, body: JsonObject, headers: readonly Header[]) => send(path, toJson(body), headers),
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
      const consent = { consentStatement: 'attack', consentGivenAt: new Date().toISOString() };
      const fields = Object.entries({ connection, subject, ...consent });
      const { status, body } = await send('/enrolments', toMultipart([...fields, ...toPhotoParts([photo])]), client);
      return status === 201 ? 'enrolled' : String(body.code);
    },
    async close() {
      await service.stop();
      await Promise.all([badge.stop(), lure.close(), scim.close()]);
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
  const { badgeUrl, lure, photos } = stage;
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
    'another host': `${lure.url}/own.jpg`,
    'another host, by a redirect': redirect(`${lure.url}/own.jpg`),
    'the metadata service': 'http://169.254.169.254/latest/meta-data/',
    'the metadata service, by a redirect': redirect('http://169.254.169.254/latest/meta-data/'),
    'a user name like the host': `http://127.0.0.1@${new URL(lure.url).host}/own.jpg`,
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
  const open = async (fields: JsonObject, by: readonly Header[], path: string) => {
    const { body } = await post(path, { ...about, ...fields }, by);
    const ticket = /#(.+)$/.exec(String(body.url))?.[1] ?? '';
    return post('/face/open', { ticket }, []);
  };
  const auditor = await post('/administrators', { name: 'auditor', role: 'auditor' }, asOwner);
  const own = await open({ purpose: 'manage' }, client, '/invitations');
  const vouched = { ...about, proof: 'in_person' };
  const helped = await open({ proof: 'in_person' }, asOwner, '/help-desk/enrolments');
  const consent = { version: 'consent-1', language: 'en' };
  const ways: Readonly<Record<string, number>> = {
    'an invitation': (await open({}, client, '/invitations')).status,
    'an invitation of an administrator': (await open({}, asOwner, '/subjects/invite')).status,
    'the own page, opened by a link': (await post('/face/enrolment/renew', {}, asSession(String(own.body.session))))
      .status,
    'a client token at the help desk': (await post('/help-desk/enrolments', vouched, client)).status,
    'an auditor at the help desk': (
      await post('/help-desk/enrolments', vouched, asAdministrator(String(auditor.body.key)))
    ).status,
    'a link of the help desk without its number': (
      await post('/face/consent', consent, asSession(String(helped.body.session)))
    ).status,
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
          toClaim('requests to a host that no one named', stage.lure.lured.length, { atMost: 0 }),
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
