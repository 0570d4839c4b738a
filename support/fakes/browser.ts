import { createHash } from 'node:crypto';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly attributes: string;
}

export interface Seen {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
}

/** Simulates a browser without a screen. It stores cookies and runs the capture page's protocol. */
export function createBrowser(open: (url: string, init: RequestInit) => Promise<Response>) {
  const jar = new Map<string, Cookie>();

  const cookiesFor = (url: string): string =>
    [...jar.values()]
      .filter(({ path }) => {
        const { pathname } = new URL(url);
        return path === '/' || pathname === path || pathname.startsWith(`${path}/`);
      })
      .toSorted((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');

  const keep = (line: string): void => {
    const [pair = '', ...attributes] = line.split(/; */);
    const [name = '', ...value] = pair.split('=');
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
    if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(`${name} ${path}`);
    else jar.set(`${name} ${path}`, { name, value: value.join('='), path, attributes: attributes.join('; ') });
  };

  const visit = async (url: string, init: RequestInit = {}): Promise<Seen> => {
    const cookie = cookiesFor(url);
    const headers = { ...(cookie === '' ? {} : { cookie }), accept: 'text/html', ...Object(init.headers) };
    const response = await open(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(line);
    return { status: response.status, url, headers: response.headers, text: await response.text() };
  };

  const follow = async (url: string, init?: RequestInit): Promise<Seen> => {
    const { origin } = new URL(url);
    let seen = await visit(url, init);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = seen.headers.get('location');
      if (seen.status !== 303 && seen.status !== 302) return seen;
      if (location === null) return seen;
      const next = new URL(location, seen.url);
      if (next.origin !== origin || next.pathname === '/face') return { ...seen, url: next.href };
      seen = await visit(next.href);
    }
    throw new Error('redirects without end');
  };

  const authorize = async (url: string): Promise<Seen> => {
    const first = await visit(url);
    const location = first.headers.get('location') ?? '';
    return location.includes('/authorize?') ? visit(location) : first;
  };

  return {
    jar,
    visit,
    authorize,
    follow,
  };
}

export type Browser = ReturnType<typeof createBrowser>;

/** A call of the capture page. */
export async function callPage(browser: Browser, url: string, body: object | FormData, session = '') {
  const isForm = body instanceof FormData;
  const { status, text } = await browser.visit(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${session}`, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  });
  return { status, body: JSON.parse(text) };
}
export const ticketOf = (link: string): string => new URL(link).hash.slice(1);

let shots = 0;

const digestOf = (picture: Buffer): string => createHash('sha256').update(picture).digest('base64url');

/** Runs the capture page's protocol for one person, with all allowed retries. */
export async function showFace(
  browser: Browser,
  link: string,
  { person, advanceSec, pin }: { person: string; advanceSec(seconds: number): void; pin?: string | undefined },
) {
  const { origin, hash } = new URL(link);
  const answers: object[] = [];
  const post = async (path: string, body: object | FormData, session?: string) => {
    const answer = await callPage(browser, `${origin}${path}`, body, session);
    answers.push(answer);
    return answer;
  };
  const [ticket, back] = hash.slice(1).split('&return=');
  const opened = await post('/face/open', { ticket, ...(back && { returnUrl: decodeURIComponent(back) }) });
  if (opened.status !== 201) return { code: opened.body.code, outcome: null, returnUrl: null, view: null, session: '' };
  const { session, view } = opened.body;
  if (view.consentNeeded) await post('/face/consent', { version: view.consentVersion, language: 'en' }, session);
  const attempt = async () => {
    const shown = view.action === null ? {} : { action: view.action.digest };
    const { body: challenge } = await post('/face/challenge', shown, session);
    const form = new FormData();
    form.append('nonce', challenge.nonce);
    if (pin !== undefined) form.append('pin', pin);
    const taken: Buffer[] = [];
    let opened: number[] = [];
    const take = (): Buffer => {
      shots += 1;
      return Buffer.from(`face ${person} ${shots} 0.9`);
    };
    const append = (picture: Buffer) =>
      form.append('photo', new Blob([Uint8Array.from(picture)], { type: 'image/jpeg' }), 'photo.jpg');
    for (let next = challenge.next ?? null; next !== null; ) {
      const picture = take();
      const looks = Array.from({ length: 3 }, take);
      advanceSec(1);
      const frame = { nonce: challenge.nonce, digest: digestOf(picture), looks: looks.map(digestOf) };
      const committed = (await post('/face/challenge/frames', frame, session)).body;
      taken.push(...looks);
      opened = committed.opened ?? [];
      next = committed.next ?? null;
      append(picture);
    }
    for (const at of opened) append(taken[at]!);
    return (await post('/face/frames', form, session)).body;
  };
  let body = await attempt();
  const outcomes = [body.outcome];
  for (let tries = 0; body.outcome === 'try_again' && tries < 20; tries += 1) {
    body = await attempt();
    outcomes.push(body.outcome);
  }
  return { ...body, answers, opened: view, outcomes, session, shown: view.action, returnUrl: String(view.returnUrl) };
}
