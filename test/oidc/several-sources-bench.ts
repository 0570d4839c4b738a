import type { Policy } from '../../src/core/connection.js';
import { createTestConnection } from '../../support/benches/core.js';
import { clientSecret, redirectUri, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { createMemoryProfile, loginOf } from '../../support/fakes/simulated-profile.js';
import { type Asked, answer, askAndShow, redeem, toConfig } from './consented-data-bench.js';

export const claims = {
  name: { purpose: { en: 'To write your name on the contract' } },
  employee_number: { from: 'payroll', purpose: { en: 'To see that you work' }, label: { en: 'Staff number' } },
  motto: { from: 'club', purpose: { en: 'To be kind' }, label: { en: 'Motto' } },
};

export const registration = {
  kind: 'relying_party',
  id: 'bank',
  name: 'City Bank',
  secret: clientSecret,
  redirectUris: [redirectUri],
  claims,
};

export const everything: Asked = {
  id: 'bank',
  claims: {
    userinfo: { name: { essential: true }, employee_number: { essential: true }, motto: null },
    id_token: { employee_number: null },
  },
};

const toConnection = (id: string, organisation: string, policy: Partial<Policy> = {}) => {
  const profile = createMemoryProfile([`anna-${id}`, `berta-${id}`, `unenrolled-${id}`]);
  return { profile, connection: createTestConnection({ id, profile, policy: { organisation, ...policy } }) };
};

/** Starts three sources of data: Anna is enrolled at all of them, Berta at work and payroll. */
export async function startSources({
  clients = [registration],
  policy = {},
  verifiedClaims = null,
}: {
  clients?: object[];
  policy?: Partial<Policy>;
  verifiedClaims?: { trustFramework: string; claims: string[] } | null;
} = {}) {
  const payroll = toConnection('payroll', 'Example Payroll', policy);
  const club = toConnection('club', 'Rowing Club');
  const op = await startIssuer({
    config: { ...toConfig(...clients), verifiedClaims },
    policy: { organisation: 'Example Company' },
    sources: [payroll.connection, club.connection],
  });
  op.profile.details.set('anna', { name: 'Anna Example' });
  payroll.profile.details.set('anna-payroll', { employee_number: 4711 });
  payroll.profile.details.set('berta-payroll', { employee_number: 815 });
  club.profile.details.set('anna-club', { motto: 'Row' });
  await op.enrol('anna');
  await op.enrol('berta');
  await op.enrol('anna-payroll', 'anna', 'payroll');
  await op.enrol('berta-payroll', 'berta', 'payroll');
  await op.enrol('anna-club', 'anna', 'club');
  return { op, payroll: payroll.profile, club: club.profile };
}

type Shown = Pick<Awaited<ReturnType<typeof askAndShow>>, 'browser' | 'page' | 'interactionUrl'>;

const submit = ({ browser, interactionUrl }: Shown, fields: Record<string, string>) =>
  browser.follow(interactionUrl, { method: 'POST', body: new URLSearchParams(fields) });

/** Starts to link a source by user name, up to the second face check. */
export const beginLink = (shown: Shown, source: string, username: string) =>
  submit(shown, { decision: `link:${source}`, username });

/** Links a source's account with the face of `person`. */
export async function link<Visit extends Shown>(
  op: TestIssuer,
  shown: Visit,
  { source, subject = `anna-${source}`, person = 'anna' }: { source: string; subject?: string; person?: string },
): Promise<Visit> {
  const camera = await beginLink(shown, source, loginOf(subject));
  await op.show(shown.browser, camera.url, person);
  return { ...shown, page: await shown.browser.follow(shown.interactionUrl) };
}

/** Submits the consent page's form, with the sources that answered. */
export function agreeTo(shown: Shown, ticked: string[] = []) {
  const answered = [...shown.page.text.matchAll(/name="answered" value="([^"]*)"/g)].map(([, id = '']) => id);
  return answer(shown, 'agree', ticked, answered);
}

/** Runs the whole flow with all links and returns what the client receives. */
export async function agreeToAll(op: TestIssuer, ticked = ['motto'], asked: Asked = everything) {
  const first = await askAndShow(op, asked);
  const linked = await link(op, await link(op, first, { source: 'payroll' }), { source: 'club' });
  return redeem(linked, (await agreeTo(linked, ticked)).url);
}
