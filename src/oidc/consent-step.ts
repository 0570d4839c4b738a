import { texts as consentTexts } from '../../locales/compiled/server/consent/all.js';
import { languageOf } from '../core/base/languages.js';
import { coversRequest, type DataConsent, findDataConsent, giveDataConsent } from '../core/consented-data/consents.js';
import { type Link, readLinks } from '../core/links/links.js';
import { digestOf, PersonalData } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { sendPage } from '../http/page-layout.js';
import { type ClaimWanted, toClaimsWanted } from './asked.js';
import { renderUnreadablePage } from './card.js';
import { renderConsentPage, type SilentSource } from './consent-page.js';
import type { IssuerPorts, OidcIssuer } from './feature.js';
import type { SharedClaims, Visit } from './flow.js';
import { oidcErrors } from './library.js';
import { canLinkIn, linkDecision } from './link-step.js';
import { nameOfSource, namesBySource, readSources, type SourceAnswer } from './sources.js';
import { nullIfUnreadable } from './unavailable.js';

/**
 * Creates the step that asks for consent, unless it was given before.
 * @returns `null` if the page was shown; throws `AccessDenied` if the person refuses
 */
export function createConsentStep(
  { connection }: Pick<OidcIssuer, 'connection'>,
  deps: IssuerPorts<'state' | 'clock' | 'audit' | 'log' | 'sources'>,
) {
  return async (visit: Visit, subject: string): Promise<{ readonly sharedClaims: SharedClaims | null } | null> => {
    const { form, interaction, asked, client } = visit;
    const { consented, metadata } = client;
    const wanted = toClaimsWanted(client, asked);
    if (consented === undefined || wanted.length === 0) return { sharedClaims: null };
    const who = { connection: connection.id, subject };
    const requester = { client: metadata.client_id, registration: consented.registration };
    const standing = await findDataConsent(who, requester, deps);
    const links = wanted.some(({ from }) => from !== null) ? await readLinks(who, deps) : [];
    const isAskedAnew = asked.params.prompt?.split(' ').includes('consent') === true || client.asksEachTime === true;
    const isEnough = standing !== null && coversRequest(standing, wanted) && holdsBy(standing, wanted, links);
    if (isEnough && !isAskedAnew) return { sharedClaims: toSharedClaims(standing, wanted) };

    const decision = form?.get('decision');
    if (decision === 'refuse') throw new oidcErrors.AccessDenied('the user did not consent');
    const answered = (form?.getAll('answered') ?? []).filter((id) => linkWith(links, id) !== undefined);
    const offer = toOffer(requester, wanted, { links, answered });
    // The answer is valid only for the offer that the page displayed, because configuration or links may have changed
    // meanwhile.
    if (decision === 'agree' && form?.get('shown') === offer.digest) {
      const ticked = form.getAll('claim');
      const claims = offer.claims
        .filter(({ name, isEssential }) => isEssential || ticked.includes(name))
        .map(({ name }) => name);
      const requested = [...offer.claims, ...offer.leftOut].map(({ name, isEssential }) => ({ name, isEssential }));
      // If the button is pressed twice, both requests have the same id, so that they give one consent.
      const id = digestOf(JSON.stringify([interaction.uid, offer.digest, claims])).toString('base64url');
      const given = { id, ...requester, claims, asked: requested, links: offer.links, lifeSec: consented.lifeSec };
      return { sharedClaims: toSharedClaims(await giveDataConsent(who, given, deps), wanted) };
    }
    await show(visit, { subject, requester, wanted, links });
    return null;
  };

  async function show(
    { request, response, asked, client, flow }: Visit,
    {
      subject,
      requester,
      wanted,
      links,
    }: { subject: string; requester: RegisteredRequester; wanted: readonly ClaimWanted[]; links: readonly Link[] },
  ): Promise<void> {
    const { redirect_uri: redirectUri = '', ui_locales: uiLocales } = asked.params;
    const { name = '', claims = {}, lifeSec = 0 } = client.consented ?? {};
    const language = languageOf(uiLocales, request.acceptsLanguages());
    const shownRequester = { name, to: client.consentWords?.(language) ?? { host: new URL(redirectUri).host } };
    const [own, answers] = await Promise.all([
      read(subject, wanted),
      readSources({ names: namesBySource(wanted), links }, deps),
    ]);
    if (own === null) {
      sendPage(response.status(503), renderUnreadablePage(language, shownRequester, consentTexts[language].refuse));
      return;
    }
    const answered = answers.filter(({ state }) => state === 'answered').map(({ id }) => id);
    const offer = toOffer(requester, wanted, { links, answered });
    const toItem = ({ name: claim, isEssential }: ClaimWanted) => {
      const registered = claims[claim];
      return registered === undefined ? [] : [{ claim, isEssential, ...registered }];
    };
    const nameOf = (id: string = connection.id): string => nameOfSource(deps.sources.get(id) ?? { connection });
    const silent = answers.flatMap(({ id, source, state }): SilentSource[] => {
      if (state === 'answered') return [];
      const items = wanted.filter(({ from }) => from === id).flatMap(toItem);
      return [{ decision: `${linkDecision}${id}`, name: nameOfSource(source), state, items }];
    });
    const canLink = silent.length > 0 && (await canLinkIn(flow, deps));
    const page = merge([own, ...valuesOf(answers)]).use((values) =>
      renderConsentPage(language, {
        requester: shownRequester,
        shown: offer.digest,
        organisation: connection.policy.organisation,
        answered,
        silent,
        until: client.asksEachTime === true ? null : addSec(deps.clock.now(), lifeSec),
        items: offer.claims.flatMap(toItem).map((item) => ({
          ...item,
          source: answers.length === 0 ? undefined : nameOf(item.from),
          value: values[item.claim] ?? null,
        })),
        canLink,
        notLinked: flow.notLinked === null ? null : nameOf(flow.notLinked),
      }),
    );
    sendPage(response, page);
  }

  async function read(subject: string, wanted: readonly ClaimWanted[]): Promise<PersonalData | null> {
    const names = wanted.filter(({ from }) => from === null).map(({ name }) => name);
    if (names.length === 0) return new PersonalData({});
    const { id, profile } = connection;
    return nullIfUnreadable('claims', () => profile.readClaims(subject, names), { connection: id, log: deps.log });
  }
}

type RegisteredRequester = Pick<DataConsent, 'client' | 'registration'>;

const linkWith = (links: readonly Link[], source: string): Link | undefined =>
  links.find(({ other }) => other.connection === source);

/**
 * Returns the claims to offer. Optional claims from a connection without an account link count as refused. Claims from
 * a source that did not answer are requested again next time.
 */
function toOffer(
  requester: RegisteredRequester,
  wanted: readonly ClaimWanted[],
  { links, answered }: { readonly links: readonly Link[]; readonly answered: readonly string[] },
) {
  const claims = wanted.filter(({ from }) => from === null || answered.includes(from));
  const leftOut = wanted.filter(
    ({ from, isEssential }) => from !== null && !isEssential && linkWith(links, from) === undefined,
  );
  const used = links.filter(({ other }) => answered.includes(other.connection));
  const linkIds = Object.fromEntries(used.map(({ id, other }) => [other.connection, id]));
  const shown = [requester, claims.map(({ name, isEssential }) => ({ name, isEssential })), linkIds];
  return { claims, leftOut, links: linkIds, digest: digestOf(JSON.stringify(shown)).toString('base64url') };
}

/** Returns true if the claims of a consent are still available through the same account links. */
const holdsBy = ({ claims, links: former }: DataConsent, wanted: readonly ClaimWanted[], links: readonly Link[]) =>
  wanted.every(
    ({ name, from }) => from === null || !claims.includes(name) || linkWith(links, from)?.id === former[from],
  );

const valuesOf = (answers: readonly SourceAnswer[]): readonly PersonalData[] =>
  answers.flatMap((answer) => (answer.state === 'answered' ? [answer.values] : []));

const merge = (parts: readonly PersonalData[]): PersonalData =>
  parts.reduce((all, part) => all.use((first) => part.use((second) => new PersonalData({ ...first, ...second }))));

function toSharedClaims({ id, client, claims }: DataConsent, wanted: readonly ClaimWanted[]): SharedClaims {
  const agreed = wanted.filter(({ name }) => claims.includes(name));
  return {
    client,
    consent: id,
    idToken: agreed.filter(({ inIdToken }) => inIdToken).map(({ name }) => name),
    userInfo: agreed.filter(({ inUserInfo }) => inUserInfo).map(({ name }) => name),
  };
}
